"""A file name from outside that can be shown, stored and downloaded anywhere."""

import re
import unicodedata

NAME_MAX = 200  # bytes: file systems have 255, and copies get longer names
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,10}$")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.I)


def safe_name(name: str | None, otherwise: str = "") -> str:
    """Return a file name that can do no harm, and is otherwise as the sender wrote it.

    Letters of all scripts stay, and so does the extension, whatever the file is. Folders, control
    characters, characters that turn the direction of a text (which make `fdp.exe` look like
    `exe.pdf`), and what Windows does not allow go. A name that is empty, or that Windows reserves,
    gets one that it can have.

    :param otherwise: the extension, such as `.pdf`, of a file that has no name at all
    """
    name = unicodedata.normalize("NFC", (name or "").replace("\\", "/"))
    name = name.rstrip("/ .").rpartition("/")[2]
    # Categories: control and format characters, surrogates, private use, line and paragraph ends
    name = "".join(" " if c.isspace() else c for c in name)
    name = "".join(c for c in name if unicodedata.category(c) not in _HIDDEN)
    name = " ".join(re.sub(r'[<>:"|?*]', "_", name).split())
    if re.fullmatch(r"\.[A-Za-z0-9]{1,10}", name):
        name = f"document{name}"  # nothing but an extension
    name = name.strip(". ")
    if not name:
        return f"document{otherwise}"
    ending = extension(name)
    stem = name.removesuffix(ending).strip(". ")
    if _RESERVED.fullmatch(stem.partition(".")[0].strip()):
        stem = f"_{stem}"
    cut = stem.encode()[: NAME_MAX - len(ending)].decode(errors="ignore")
    return cut.rstrip(". ") + ending


def extension(name: str) -> str:
    """Return the extension of a name with its dot, or nothing."""
    return found[0] if (found := _EXTENSION.search(name)) else ""
