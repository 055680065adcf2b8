"""Pages of faxes, photos of phones and medical images as pictures that every browser shows.

It is called in the limited process: picture libraries are large, and written in C.
"""

import io

from PIL import Image, ImageOps, ImageSequence

from . import dicom, optional
from .archive import DAMAGED
from .budget import Unopened
from .dicom import PIXELS, TOO_LARGE
from .kinds import Kind

WIDTH = 1600  # dots; a fax has 1728
ALL = 200_000_000  # of all pages together: forty of a fax have 160 million
SMALL = 2000  # dots of the longer side: enough to read a page that was photographed
# What Pillow raises for what is damaged
ERRORS = (OSError, EOFError, ValueError, SyntaxError, KeyError, TypeError)


def page(kind: Kind, content: bytes, number: int) -> bytes:
    """Return a page as PNG or JPEG, at most `WIDTH` wide.

    :param number: counted from 1
    :raises Unopened: if it cannot be shown
    """
    Image.MAX_IMAGE_PIXELS = None  # counted here
    try:
        with _opened(kind, content, number) as image:
            if image.width * image.height > PIXELS:
                raise Unopened(TOO_LARGE)
            return _written(ImageOps.exif_transpose(image))
    except ERRORS as error:
        raise _damaged(error) from error


def as_pdf(kind: Kind, content: bytes) -> bytes:
    """Return a PDF of all pages of a picture, in their full size.

    :raises Unopened: if it cannot be shown
    """
    Image.MAX_IMAGE_PIXELS = None  # counted here
    pages, size, resolution = [], 0, 0
    try:
        for frame in _frames(kind, content):
            size += frame.width * frame.height
            if size > ALL:
                raise Unopened(TOO_LARGE)
            resolution = resolution or _resolution(frame)
            pages.append(_plain(ImageOps.exif_transpose(frame)))
    except ERRORS as error:
        raise _damaged(error) from error
    buffer = io.BytesIO()
    first, *others = pages
    first.save(buffer, "PDF", save_all=True, append_images=others, resolution=resolution)
    return buffer.getvalue()


def smaller(kind: Kind, content: bytes) -> bytes:
    """Return a photo as a JPEG that is quick to send, upright and without its EXIF data.

    :raises Unopened: if it cannot be read
    """
    Image.MAX_IMAGE_PIXELS = None
    try:
        with _opened(kind, content) as image:
            if image.width * image.height > ALL:
                raise Unopened(TOO_LARGE)
            image = ImageOps.exif_transpose(image).convert("RGB")
    except ERRORS as error:
        raise _damaged(error) from error
    image.thumbnail((SMALL, SMALL))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _resolution(image):
    """Return the dots per inch that a picture says it has, else those that make it fit a page."""
    said = image.info.get("dpi", (0, 0))[0]
    return float(said) if 50 <= said <= 2400 else max(image.width / 8.5, 72.0)


def _damaged(error):
    return error if isinstance(error, Unopened) else Unopened(DAMAGED)


def _opened(kind, content, number=1):
    if kind is Kind.DICOM:
        return dicom.frame(content, number)
    if kind is Kind.HEIC:
        optional.load("pi_heif", "pi-heif").register_heif_opener()
    image = Image.open(io.BytesIO(content))
    if number > 1:
        image.seek(number - 1)
    return image


def _frames(kind, content):
    """Yield each page of a picture, and each frame of a medical one."""
    if kind is Kind.DICOM:
        for number in range(1, max(dicom.about(content).frames, 1) + 1):
            yield dicom.frame(content, number)
    else:
        with _opened(kind, content) as image:
            yield from ImageSequence.Iterator(image)


def _plain(image):
    """Return a picture in a mode that every format takes."""
    if image.mode in ("1", "L", "RGB", "P"):
        return image.copy()
    return dicom.eight_bit(image) if image.mode.startswith(("I", "F")) else image.convert("RGB")


def _written(image):
    image = _plain(image)
    if image.width > WIDTH:
        if image.mode in ("1", "P"):
            image = image.convert("L" if image.mode == "1" else "RGB")
        image = image.resize((WIDTH, max(1, image.height * WIDTH // image.width)))
    buffer = io.BytesIO()
    if image.mode == "RGB":
        image.save(buffer, "JPEG", quality=85)
    else:
        image.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
