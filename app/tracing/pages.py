"""A picture or a PDF as pages: what each looks like, and its text. Refuses what would fill the memory."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from app.ground.errors import AppError, Reason

FORMATS = ("PNG", "JPEG", "WEBP")

MOST_PIXELS = 100_000_000
MOST_PAGES = 200

DPI = 96
"""At which a page of a PDF is drawn: a cell is then as large as on a screen."""

LONGEST_SIDE = 5_000
"""Pixels of a drawn page; a poster is drawn smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`number` counts from 1 in a PDF; a picture has none."""

    picture: Image.Image
    text: str = ""
    number: int | None = None


def pages(leaked: bytes) -> Iterator[Page]:
    """Raises AppError for a file that cannot be read."""
    if leaked.startswith(b"%PDF"):
        yield from _of_pdf(leaked)
    else:
        yield Page(picture=_picture(leaked))


def _picture(leaked: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(leaked), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise AppError(Reason.TOO_LARGE, "The picture has more than 100 million pixels.")
            picture.load()
            return picture
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AppError(Reason.MALFORMED, "This picture cannot be read. It may be cut off.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AppError(Reason.TOO_LARGE, "The picture has more than 100 million pixels.") from error


def _of_pdf(leaked: bytes) -> Iterator[Page]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(leaked)
    except pypdfium2.PdfiumError as error:
        raise AppError(
            Reason.MALFORMED, "This PDF cannot be read. It may be cut off or protected by a password."
        ) from error
    try:
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            scale = min(DPI / 72, LONGEST_SIDE / max(*page.get_size(), 1))
            yield Page(
                picture=page.render(scale=scale).to_pil(),
                text=page.get_textpage().get_text_bounded(),
                number=number + 1,
            )
            page.close()
    finally:
        document.close()
