"""One unpacker for all files that hold files: it returns a file and what is in it, as a tree."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ..matching import Person
from . import archive, check, know, mail, package, patient, pdf, records
from .budget import TOO_DEEP, Budget, Unopened
from .inner import Inner
from .kinds import Kind
from .name import extension, safe_name

Opener = Callable[[bytes, Budget], Iterator[Inner | str]]
OPENERS = {
    Kind.XDM: package.in_xdm,
    Kind.ZIP: package.in_zip,
    Kind.GZIP: archive.in_gzip,
    Kind.TAR: archive.in_tar,
    Kind.PDF: pdf.in_pdf,
    Kind.MSG: mail.in_msg,
    Kind.TNEF: mail.in_tnef,
    Kind.SIGNED: mail.in_signed,
    Kind.CDA: records.in_cda,
    Kind.HL7: records.in_hl7,
    Kind.FHIR: records.in_fhir,
}
TITLE_MAX = 150  # characters


@dataclass(frozen=True)
class Document:
    """A file that came, by itself or in another one.

    :param name: safe to show and to store, and otherwise as the sender wrote it
    :param content_type: as the sender declares it; `kind` is what it really is
    :param title: what it is called for people, where that is another thing than its name
    :param inside: the place in the list of the document that it was in, or `None`
    :param pages: of a PDF or a fax; 0 where they are not known
    :param is_shut: nothing of it can be shown: it is damaged, locked, or dangerous
    :param notices: for a reader, what is odd about it and what to do
    """

    name: str
    kind: Kind
    content: bytes = field(repr=False)
    content_type: str = ""
    title: str = ""
    inside: int | None = None
    pages: int = 0
    is_shut: bool = False
    notices: tuple[str, ...] = ()
    person: Person | None = field(default=None, repr=False)

    @property
    def shown_name(self) -> str:
        """The title where there is one: a package has names such as DOC00001.PDF."""
        if not self.title:
            return self.name
        ending = extension(self.name)
        title = self.title[:TITLE_MAX]
        return safe_name(title if title.lower().endswith(ending.lower()) else f"{title}{ending}")


@dataclass(frozen=True)
class Opened:
    """A file, what was in it, and what is left of the budget. `documents` begins with the file."""

    documents: tuple[Document, ...]
    budget: Budget


def opened(file: Inner, budget: Budget, openers: Mapping[Kind, Opener] = OPENERS) -> Opened:
    """Return a file and all that is in it, in the order of a table of contents.

    What cannot be opened stays closed, with a notice; what the budget does not allow as well.
    """
    walk = _Walk(openers, budget.left())
    walk.take(file, None, 0)
    return Opened(tuple(walk.documents), walk.budget.left())


class _Walk:
    def __init__(self, openers, budget):
        self.openers = openers
        self.budget = budget
        self.documents = []

    def take(self, file, inside, depth):
        kind = know.known(file.name, file.content_type, file.content)
        found = check.look(kind, file.content)
        place = len(self.documents)
        self.documents.append(None)  # its notices are not known yet
        notices = [*file.notices, found.notice]
        opener = self.openers.get(kind)
        if opener and not found.is_shut:
            notices += self._inside(opener, file, place, depth)
        self.documents[place] = Document(
            name=safe_name(file.name, kind.traits.extension),
            kind=kind,
            content=file.content,
            content_type=file.content_type,
            title=file.title,
            inside=inside,
            pages=found.pages,
            is_shut=found.is_shut,
            notices=tuple(dict.fromkeys(filter(None, notices))),
            person=patient.said_by(kind, file.content),
        )

    def _inside(self, opener, file, place, depth):
        """Read what is in a file, as far as it can be read; return notices about the file."""
        if depth == self.budget.depth:
            return [TOO_DEEP]
        notices = []
        try:
            for inner in opener(file.content, self.budget):
                if isinstance(inner, str):
                    notices.append(inner)
                else:
                    self.budget.take_document()
                    self.take(inner, place, depth + 1)
        except Unopened as reason:
            notices.append(str(reason))
        except (MemoryError, RecursionError):
            raise  # the process is to end
        except Exception:  # noqa: BLE001 - libraries raise all sorts of things for what is damaged
            notices.append(archive.DAMAGED)
        return notices
