"""The limited process from inside: does what it is asked, one thing after the other."""

import importlib
import os
import queue
import resource
import struct
import sys
import threading
import time
import typing

from . import wire

MEMORY = 1024 * 1024 * 1024  # bytes of address space; of these the libraries take about 150 MB
FILES = 64
STACK = 512 * 1024


def serve():
    """Answer requests from standard input until it ends.

    A request is `(module, function, arguments, seconds)`, an answer `(result, error)`. After an
    error the process ends: nobody knows what state the failure left it in.
    """
    orders = queue.SimpleQueue()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    threading.stack_size(STACK)
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    _limit()
    while True:
        error, pieces = "", []
        try:
            pieces = wire.write((_answer(*orders.get()), ""))
        except BaseException as reason:  # noqa: BLE001 - whatever it is, the other side is told
            error = type(reason).__name__  # its text could hold content
            pieces = wire.write((None, error))
        answers.writelines(pieces)
        answers.flush()
        if error:
            os._exit(1)


def _listen(source, orders):
    """Hand requests over. When whoever asks is gone, whatever is being done ends at once."""

    def take(length):
        piece = source.read(length)
        if len(piece) < length:
            raise EOFError
        return piece

    try:
        while True:
            orders.put(wire.read(take))
    except (EOFError, struct.error, wire.Broken):
        os._exit(0)


def _limit():
    """Give up what reading a file has no use for; none of it can be taken back."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, 0),  # no other process or thread; root is not held by it
        (resource.RLIMIT_FSIZE, 0),  # nothing is written to any disk
        (resource.RLIMIT_CORE, 0),  # a core file would hold what was read
    ):
        _soft, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, most))


def _answer(request, pieces):
    module, name, arguments, seconds = request
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))
    function = getattr(importlib.import_module(module), name)
    try:
        hints = typing.get_type_hints(function)
    except TypeError:  # one that is not written in Python
        hints = {}
    hints.pop("return", None)
    kinds = [*hints.values(), *[typing.Any] * len(arguments)]
    return function(*map(wire.build, kinds, arguments, [pieces] * len(arguments)))
