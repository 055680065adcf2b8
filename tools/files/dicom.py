"""Medical images (DICOM): whose they are, what was examined, and their frames as pictures.

It needs `pydicom`, and no more than that and Pillow: what only other libraries decompress is not
shown.
"""

import io
from dataclasses import dataclass
from datetime import date

from PIL import Image, ImageOps

from . import optional
from .budget import Unopened

PIXELS = 60_000_000  # of one page: a fax has 4 million, a scan of 600 dpi 34
TOO_LARGE = "This picture is too large to show here. Download it to see it."
UNSHOWN = "This image can't be shown here. Download it and open it with a DICOM viewer."
STUDY = "Patient: {}. Study: {}."
NO_PICTURE = "This DICOM file has no picture. Download it and open it with a DICOM viewer."
# Transfer syntaxes (PS3.5): little and big endian, deflated as a whole, run lengths
DECODED = frozenset(f"1.2.840.10008.1.2{ending}" for ending in ("", ".1", ".1.99", ".2", ".5"))
MODES = {(1, 8): "L", (1, 16): "I;16", (3, 8): "RGB"}  # by samples of a dot, and bits of a sample


@dataclass(frozen=True)
class About:
    """What an image says of itself: `notices` for a reader, and how many frames it has.

    `is_read` is false where nothing on this machine reads it.
    """

    notices: tuple[str, ...] = ()
    frames: int = 0
    is_read: bool = False


def about(content: bytes) -> About:
    """Return what a file says of itself; nothing where it cannot be read. Never raises."""
    try:
        image = _read(content, stop_before_pixels=True)
        study = [
            str(image.get(name, ""))
            for name in ("Modality", "BodyPartExamined", "StudyDescription")
        ]
        study = ", ".join(filter(None, [*dict.fromkeys(study), _day(image.get("StudyDate", ""))]))
        patient = str(image.get("PatientName", "")).replace("^", " ").strip()
        frames = int(image.get("NumberOfFrames", 1) or 1) if "Rows" in image else 0
        notices = (STUDY.format(patient or "-", study or "-"), *([] if frames else [NO_PICTURE]))
        return About(notices, min(frames, 10_000), is_read=True)
    except Exception:  # noqa: BLE001 - the library raises all sorts of things
        return About()


def frame(content: bytes, number: int) -> Image.Image:
    """Return a frame of an image, with its darkest value black and its lightest white.

    :param number: counted from 1
    :raises Unopened: if it cannot be shown
    """
    try:
        image = _read(content)
        if image.Columns * image.Rows > PIXELS:
            raise Unopened(TOO_LARGE)
        syntax = image.file_meta.TransferSyntaxUID
        if syntax in DECODED:
            return _of_plain(image, syntax, number - 1)
        frames = optional.load("pydicom.encaps").generate_frames(
            image.PixelData, number_of_frames=int(image.get("NumberOfFrames", 1) or 1)
        )
        for place, compressed in enumerate(frames, 1):
            if place == number:
                return Image.open(io.BytesIO(compressed))
    except Unopened:
        raise
    except Exception as error:  # the library raises all sorts of things
        raise Unopened(UNSHOWN) from error
    raise EOFError  # it has fewer


def eight_bit(image: Image.Image) -> Image.Image:
    """Return a picture of 16 bits and more with its darkest value black, its lightest white."""
    image = image.convert("F")
    low, high = image.getextrema()
    scale = 255 / (high - low) if high > low else 1
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _of_plain(image, syntax, index):
    if index >= int(image.get("NumberOfFrames", 1) or 1):
        raise EOFError
    decoder = optional.load("pydicom.pixels").get_decoder(syntax)
    data, said = decoder.as_buffer(image, index=index)
    samples, bits = said["samples_per_pixel"], said["bits_allocated"]
    size = (said["columns"], said["rows"])
    if samples == 3 and said.get("planar_configuration"):
        plane = len(data) // 3
        parts = [bytes(data[n * plane : (n + 1) * plane]) for n in range(3)]
        picture = Image.merge("RGB", [Image.frombytes("L", size, part) for part in parts])
    else:
        picture = Image.frombytes(MODES[samples, bits], size, bytes(data))
    if said["photometric_interpretation"] == "MONOCHROME1":
        return ImageOps.invert(eight_bit(picture) if bits == 16 else picture)
    return picture


def _read(content, **options):
    return optional.load("pydicom").dcmread(io.BytesIO(content), **options)


def _day(written):
    try:
        return date.fromisoformat(str(written)).isoformat()
    except ValueError:
        return ""
