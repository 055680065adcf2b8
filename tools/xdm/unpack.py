"""The documents of an XDM zip, or of any other, whatever was done to it on its way.

A zip by the book has IHE_XDM/SUBSET01/METADATA.XML, which lists each document with its name, type,
size and SHA-1 (IHE ITI TF-2: 3.32; metadata: ITI TF-3: 4.2). Real ones have a folder more,
backslashes, lower-case names, wrong types and hashes, or no metadata at all. So every file that is
not packaging is a document, and the metadata only describe it.
"""

from dataclasses import dataclass

from ..attachment_kind import Kind

METADATA = "metadata.xml"
PACKAGING = frozenset({METADATA, "index.htm", "index.html", "readme.txt", ".ds_store", "thumbs.db"})
STYLE = (".xsl", ".xslt", ".css")

WRONG_HASH = "This is not what its sender packed: its checksum is another one."
WRONG_SIZE = "This is not what its sender packed: its size is another one."
NOT_LISTED = "The package does not list this document."
NO_METADATA = "This package does not say what it contains. All its files are shown."
BAD_METADATA = "What this package says about its contents cannot be read. All its files are shown."
SAME_NAME = "Another document of this package has the same name."
ZIP_INSIDE = "This is a zip file within a zip file. It is not opened."


class NotAPackage(ValueError):
    """This zip cannot be opened. The text says why, for a reader."""


@dataclass(frozen=True)
class Packed:
    """A document of a package. `notices` say, for a reader, what is odd about it.

    `name` is safe, `kind` what it really is, `content_type` follows from that, and `title` and
    `labelled` are what the metadata say, or empty.
    """

    name: str
    kind: Kind
    content: bytes
    title: str = ""
    labelled: str = ""
    notices: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        return self.kind.content_type


@dataclass(frozen=True)
class Package:
    """The documents, in the metadata's order; `notices` say what of the package is not shown."""

    documents: tuple[Packed, ...]
    notices: tuple[str, ...]


def unpack(content: bytes) -> Package:
    """Return the documents of an XDM zip, or of any zip.

    :raises NotAPackage: if it is damaged, or has too many files
    """
    raise NotImplementedError
