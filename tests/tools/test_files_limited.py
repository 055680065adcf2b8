import io
import os
import signal
import struct
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...hisp import mime
from ...hisp.base import Attachment, IncomingMessage
from ...tools.files import limited, wire

MAIL = (
    b"From: a@hisp-a.test\r\nTo: b@hisp-b.test\r\nSubject: Report\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nPotassium 6.9\r\n"
    b"--b\r\nContent-Type: application/octet-stream; name=a.bin\r\n\r\n"
)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@tagged("post_install", "-at_install")
class TestReader(BaseCase):
    def setUp(self):
        super().setUp()
        self.reader = limited.Reader()
        self.addCleanup(self.reader.__exit__)

    def pid(self):
        self.reader.call(len, "")
        return self.reader._process.pid

    def test_a_message_is_read_as_it_would_be_here(self):
        raw = MAIL + bytes(range(256)) * 100
        mail = self.reader.call(mime.read, raw, "17", ("b@hisp-b.test",))
        self.assertIsInstance(mail, IncomingMessage)
        self.assertEqual(mail, mime.read(raw, "17", ("b@hisp-b.test",)))

    def test_one_process_for_many_calls_and_none_before_the_first(self):
        self.assertIsNone(self.reader._process)
        pid = self.pid()
        self.assertEqual(self.pid(), pid)
        self.reader.__exit__()
        self.assertFalse(is_running(pid))

    def test_whatever_kills_it_the_next_call_is_answered(self):
        for what, function, arguments, said in (
            ("an error", int, ("no number",), "ValueError"),
            ("more memory than it may have", bytearray, (10**10,), "MemoryError"),
            ("too deep", eval, ("[" * 5000 + "]" * 5000,), ""),
            ("a crash", os.abort, (), "Died"),
            ("it ends by itself", os._exit, (0,), "Died"),
            ("a signal", os.kill, (0, signal.SIGKILL), "Died"),
            ("it sleeps", time.sleep, (60,), "TooLong"),
            ("it computes", pow, (3, 10**9), ""),
            ("what it returns is no plain data", object, (), "TypeError"),
            ("what it returns is something else", compile, ("1", "x", "eval"), "TypeError"),
            ("not a function of ours", mime.read, (b"", 17, ()), "Broken"),
            ("it starts a process", subprocess.check_output, (["true"],), None),
        ):
            if said is None and os.geteuid() == 0:
                continue  # root may
            with self.subTest(what):
                pid = self.pid()
                began = time.monotonic()
                with self.assertRaises(limited.Failed) as failed:
                    self.reader.call(function, *arguments, seconds=1)
                self.assertIn(said or "", str(failed.exception))
                self.assertLess(time.monotonic() - began, 1 * limited.PATIENCE + 2)
                self.assertFalse(is_running(pid))
                self.assertEqual(self.reader.call(len, "four"), 4)

    def test_killed_at_any_moment(self):
        """Before, while it is sent, while it works, while it answers: an answer, or a failure."""
        raw = MAIL + bytes(range(256)) * 40_000  # 10 MB each way
        expected = mime.read(raw, "17", ())
        began = time.monotonic()
        self.assertEqual(self.reader.call(mime.read, raw, "17", ()), expected)
        whole = time.monotonic() - began
        outcomes = set()
        for step in range(12):
            self.pid()
            timer = threading.Timer(whole * step / 10, self.reader._process.kill)
            timer.start()
            with self.subTest(step):
                try:
                    self.assertEqual(self.reader.call(mime.read, raw, "17", ()), expected)
                    outcomes.add("answered")
                except limited.Failed as failed:
                    self.assertEqual(str(failed), "Died")
                    outcomes.add("failed")
                timer.join()
                time.sleep(0.1)
        self.assertIn("failed", outcomes)
        # One that died between two calls costs nothing
        os.kill(self.pid(), signal.SIGKILL)
        time.sleep(0.1)
        self.assertEqual(self.reader.call(mime.read, raw, "17", ()), expected)

    def test_what_it_may_not(self):
        for what, function, arguments in (
            ("write a file", open, (f"/tmp/direct-messaging-{os.getpid()}", "w")),  # noqa: S108
            ("have our environment", os.environ.__getitem__, ("PATH",)),
        ):
            with self.subTest(what), self.assertRaises(limited.Failed):
                self.reader.call(function, *arguments)
        pid = self.pid()
        with open(f"/proc/{pid}/environ", "rb") as file:
            self.assertEqual(file.read(), b"")
        with open(f"/proc/{pid}/limits") as file:
            limits = {line[:26].strip(): line[26:].split() for line in file}
        for name, most in (
            ("Max address space", 1024**3),
            ("Max open files", 64),
            ("Max processes", 0),
            ("Max file size", 0),
            ("Max core file size", 0),
        ):
            with self.subTest(name):
                self.assertEqual([int(value) for value in limits[name][:2]], [most, most])
        self.assertEqual(sorted(os.listdir(f"/proc/{pid}/fd"))[:3], ["0", "1", "2"])
        self.assertLessEqual(len(os.listdir(f"/proc/{pid}/fd")), 4)

    def test_it_knows_nothing_of_odoo(self):
        code = "[name for name in __import__('sys').modules if name.startswith('odoo')]"
        self.reader.call(mime.read, MAIL, "17", ())
        self.assertEqual(self.reader.call(eval, code), [])

    def test_it_ends_when_whoever_started_it_is_killed(self):
        """Also in the middle of something."""
        for seconds in (0, 60):
            code = f"""
                import sys, threading, time, types
                sys.path[:] = {sys.path!r}
                addon = sys.modules["addon"] = types.ModuleType("addon")
                addon.__path__ = [{str(limited.START.parents[2])!r}]
                from addon.tools.files.limited import Reader
                reader = Reader()
                reader.call(len, "")
                print(reader._process.pid, flush=True)
                reader.call(time.sleep, {seconds})
                time.sleep(60)
            """
            with (
                self.subTest(seconds=seconds),
                subprocess.Popen(  # noqa: S603 - this very test
                    [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE
                ) as parent,
            ):
                pid = int(parent.stdout.readline())
                self.assertTrue(is_running(pid))
                time.sleep(0.2)
                parent.kill()
                parent.wait()
                until = time.monotonic() + 10
                while is_running(pid) and time.monotonic() < until:
                    time.sleep(0.05)
                self.assertFalse(is_running(pid))


class Color(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    name: str
    content: bytes
    color: Color = Color.RED
    day: date | None = None
    at: datetime | None = None
    parts: tuple["Thing", ...] = ()
    pair: tuple[int, bool] = (1, True)
    said: dict | None = None
    weight: float = 0.5


def taking(frame):
    source = io.BytesIO(frame)

    def take(length):
        piece = source.read(length)
        if len(piece) < length:
            raise EOFError
        return piece

    return take


class TestWire(BaseCase):
    thing = Thing(
        "Zoë \ud800\0",
        b"\0\xff",
        day=date(1961, 4, 17),
        at=datetime(2026, 6, 1, 12, 0, 0, 5, tzinfo=UTC),
        parts=(Thing("", b""), Thing("a", b"a" * 1000)),
        said={"a": [1, None, {"b": "c"}]},
    )

    def test_there_and_back(self):
        value, pieces = wire.read(taking(b"".join(wire.write(self.thing))))
        self.assertEqual(wire.build(Thing, value, pieces), self.thing)

    def test_anything_else_is_refused(self):
        value, pieces = wire.read(taking(b"".join(wire.write(self.thing))))
        for field, wrong in (
            *(("name", one) for one in (None, 1, [], {"a": 1})),
            *(("content", one) for one in (None, "a", 99, -1, True, 1.0)),
            *(("color", one) for one in ("green", None, 1)),
            *(("day", one) for one in ("yesterday", 1, [])),
            *(("at", one) for one in ("", 1)),
            *(("parts", one) for one in ({}, "ab", [1], [{}], None)),
            *(("pair", one) for one in ([], [1], [1, 1], [True, True], [1, True, 1])),
            *(("said", one) for one in ([], "a", 1)),
            ("weight", "heavy"),
        ):
            with self.subTest(field, wrong=wrong), self.assertRaises(wire.Broken):
                wire.build(Thing, {**value, field: wrong}, pieces)
        with self.assertRaises(wire.Broken):
            wire.build(Thing, {"name": "a"}, pieces)
        with self.assertRaises(wire.Broken):
            wire.build(Attachment, value, pieces)

    def test_frames_that_lie_about_their_size(self):
        for frame in (
            struct.pack(">I", 2**32 - 1),
            struct.pack(">I", 4) + b"null",
            struct.pack(">I", 9) + b"[1,[-5]] ",
            struct.pack(">I", 20) + b"[1,[99999999999999]]",
            struct.pack(">I", 100_000) + b"[" * 100_000,
        ):
            with self.subTest(frame[:30]), self.assertRaises(wire.Broken):
                wire.read(taking(frame))

    @given(st.binary(max_size=200))
    def test_any_bytes(self, frame):
        for start in (b"", struct.pack(">I", len(frame))):
            try:
                value, pieces = wire.read(taking(start + frame))
                wire.build(Thing, value, pieces)
            except (wire.Broken, EOFError):
                continue
            self.fail("No random bytes are a Thing.")
