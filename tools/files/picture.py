"""Pages of faxes, photos of phones and medical images as pictures that every browser shows.

It is called in the limited process: picture libraries are large, and written in C.
"""

import io

from PIL import Image, ImageOps

from . import optional
from .archive import DAMAGED
from .budget import Unopened
from .kinds import Kind

WIDTH = 1600  # dots; a fax has 1728
PIXELS = 60_000_000  # of one page: a fax has 4 million, a scan of 600 dpi 34
TOO_LARGE = "This picture is too large to show here. Download it to see it."
UNSHOWN = "This image can't be shown here. Download it and open it with a viewer for DICOM."


def page(kind: Kind, content: bytes, number: int) -> bytes:
    """Return a page as PNG or JPEG, at most `WIDTH` wide.

    :param number: counted from 1
    :raises Unopened: if it cannot be shown
    """
    Image.MAX_IMAGE_PIXELS = None  # counted here
    try:
        with _opened(kind, content) as image:
            if number > 1:
                image.seek(number - 1)
            if image.width * image.height > PIXELS:
                raise Unopened(TOO_LARGE)
            return _written(ImageOps.exif_transpose(image))
    except (OSError, EOFError, ValueError, SyntaxError, KeyError, TypeError) as error:
        if isinstance(error, Unopened):
            raise
        raise Unopened(DAMAGED) from error


def _opened(kind, content):
    if kind is Kind.HEIC:
        optional.load("pi_heif", "pi-heif").register_heif_opener()
    if kind is Kind.DICOM:
        return _of_dicom(content)
    return Image.open(io.BytesIO(content))


def _written(image):
    if image.mode not in ("1", "L", "RGB", "P"):
        image = _eight_bit(image) if image.mode.startswith(("I", "F")) else image.convert("RGB")
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


def _eight_bit(image):
    """Return a picture of 16 bits and more with its darkest value black, its lightest white."""
    image = image.convert("F")
    low, high = image.getextrema()
    scale = 255 / (high - low) if high > low else 1
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _of_dicom(content):
    """Return the first picture of a DICOM file, where it needs no more than Pillow."""
    pydicom = optional.load("pydicom")
    try:
        image = pydicom.dcmread(io.BytesIO(content))
        size = (int(image.Columns), int(image.Rows))
        if size[0] * size[1] > PIXELS:
            raise Unopened(TOO_LARGE)
        data = image.PixelData
        if image.file_meta.TransferSyntaxUID.is_encapsulated:
            frames = pydicom.encaps.generate_frames(data, number_of_frames=1)
            return Image.open(io.BytesIO(next(frames)))
        form = (int(image.SamplesPerPixel), int(image.BitsAllocated))
        mode = {(1, 8): "L", (1, 16): "I;16", (3, 8): "RGB"}[form]
        length = size[0] * size[1] * form[0] * form[1] // 8
        picture = Image.frombytes(mode, size, data[:length])
    except Unopened:
        raise
    except Exception as error:  # the library raises all sorts of things
        raise Unopened(UNSHOWN) from error
    if image.PhotometricInterpretation == "MONOCHROME1":
        picture = ImageOps.invert(_eight_bit(picture) if mode == "I;16" else picture)
    return picture
