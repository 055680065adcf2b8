"""What may be read of one message, for everything in it together."""

import time
from dataclasses import dataclass, field


class Unopened(ValueError):
    """A file is not opened. The text says why and what to do, for a reader."""


class Spent(Unopened):
    """The message holds more than is opened. What was read before stays."""


TOO_MUCH = (
    "This message is too large to open all of its files here. Download this file to see the rest,"
    " or ask the sender to split the message."
)
TOO_LONG = (
    "This file takes too long to open here. Download it to see the rest, or ask the sender to"
    " split it."
)
TOO_DEEP = (
    "This file has too many archives inside each other. Ask the sender to send the files directly."
)


@dataclass
class Budget:
    """What is left; a message has 10 to 60 MB, and a processor unpacks 100 MB in a second.

    :param bytes: that files may still unpack to
    :param documents: that may still be taken out of others
    :param depth: how many files one within the other are opened
    :param seconds: of processor time, from now on
    """

    bytes: int = 64 * 1024 * 1024
    documents: int = 500
    depth: int = 8
    seconds: float = 10.0
    until: float = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        self.until = time.process_time() + self.seconds

    def take(self, size: int) -> int:
        """Count bytes that were unpacked.

        :raises Spent: if they are more than is left
        """
        self.bytes -= size
        if self.bytes < 0:
            self.bytes = 0
            raise Spent(TOO_MUCH)
        return size

    def take_document(self):
        """Count a document that is about to be read.

        :raises Spent: if it is one more than is left, or the time is over
        """
        if time.process_time() > self.until:
            raise Spent(TOO_LONG)
        self.documents -= 1
        if self.documents < 0:
            self.documents = 0
            raise Spent(TOO_MUCH)

    def left(self) -> "Budget":
        """Return what is left, for another process."""
        seconds = max(self.until - time.process_time(), 0.0)
        return Budget(self.bytes, self.documents, self.depth, seconds)
