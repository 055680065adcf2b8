"""A file that was found in another one."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Inner:
    """A file as whatever holds it describes it; all of it is data from outside.

    :param name: as it is written there, or empty
    :param content_type: as it is declared there, or empty
    :param title: what it is called for people, where that is another thing than its name
    :param notices: what is odd about it, for a reader
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    title: str = ""
    notices: tuple[str, ...] = ()
