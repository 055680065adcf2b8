"""A limited process that reads what comes from outside, so that the worst it can do is to end.

It is a process of its own, not a fork, because Odoo's workers run threads. It has no environment,
no key and no connection to the database; it may neither write a file nor start a process; its
memory and its time are bounded. It ends when its input ends, also when this process was killed.
"""

import os
import selectors
import subprocess
import sys
import time
import typing
from collections.abc import Callable
from pathlib import Path

from . import wire

START = Path(__file__).with_name("start.py")
PACKAGE = __package__.rpartition(".tools.")[0] + "."  # the addon's name, whatever it is here
SECONDS = 10
# A busy machine gives a process a part of its time only
PATIENCE = 3
PIECE = 1024 * 1024


class Failed(Exception):
    """The limited process could not do it. The text says how it ended, never anything it read."""


class Reader:
    """Calls functions in a limited process, which is started when the first is called.

    One is used for many messages. After a call that failed the next one begins a new process.
    A reader belongs to one thread.
    """

    def __init__(self):
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._stop()

    def call(self, function: Callable, *arguments, seconds: float = SECONDS):
        """Return `function(*arguments)`, done in the limited process.

        Its arguments and what it returns are plain data (`wire.py`), rebuilt by its annotations.

        :param function: of a module here or of a library, importable without Odoo
        :param seconds: of processor time that it may take
        :raises Failed: if it raised an error, took too much time or memory, or died
        """
        module = function.__module__
        if module.startswith(PACKAGE):
            module = f"addon.{module.removeprefix(PACKAGE)}"
        request = (module, function.__qualname__, arguments, seconds)
        is_done = False
        try:
            (result, error), pieces = self._exchange(wire.write(request), seconds * PATIENCE)
            if error:
                raise Failed(error)
            result = wire.build(_returned(function), result, pieces)
            is_done = True
            return result
        except (wire.Broken, TypeError, ValueError) as error:
            raise Failed("Broken") from error
        finally:
            if not is_done:
                self._stop()

    def _exchange(self, request, seconds):
        until = time.monotonic() + seconds
        if self._process and self._process.poll() is not None:
            self._stop()  # it ended since the last call
        if self._process is None:
            self._start()
        try:
            for piece in request:
                self._send(piece, until)
            return wire.read(lambda length: self._take(length, until))
        except OSError as error:
            raise Failed("Died") from error

    def _start(self):
        paths = [os.path.abspath(path) for path in sys.path if path]
        # Isolated, without site: it finds the same libraries as we do, and runs nothing before
        self._process = process = subprocess.Popen(  # noqa: S603 - nothing from outside is in it
            [sys.executable, "-I", "-S", "-B", str(START), *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={},
            cwd="/",
            start_new_session=True,  # what stops a server by the keyboard is not for it
        )
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)

    def _stop(self):
        if process := self._process:
            self._process = None
            process.kill()
            process.stdin.close()
            process.stdout.close()
            process.wait()

    def _send(self, piece, until):
        view = memoryview(piece)
        while view:
            _wait(self._process.stdin, selectors.EVENT_WRITE, until)
            view = view[self._process.stdin.write(view[:PIECE]) or 0 :]

    def _take(self, length, until):
        taken = bytearray()
        while len(taken) < length:
            _wait(self._process.stdout, selectors.EVENT_READ, until)
            piece = self._process.stdout.read(min(length - len(taken), PIECE))
            if piece == b"":
                raise Failed("Died")
            taken += piece or b""
        return bytes(taken)


def _wait(pipe, event, until):
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(until - time.monotonic(), 0)):
            raise Failed("TooLong")


def _returned(function):
    try:
        return typing.get_type_hints(function).get("return", typing.Any)
    except TypeError:
        return typing.Any
