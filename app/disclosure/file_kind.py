"""Which files can be shared at all: those that can bear the reader's name in every part of them."""

from dataclasses import dataclass
from enum import StrEnum

from app.ground.errors import AppError, Reason

LARGEST = 25_000_000
"""Bytes of a file as the CRM holds it: what one can download on a phone."""

ONLY = "Share a PDF, PNG, JPEG or WebP file. Other types cannot bear the reader's name on every page."
BROKEN = "The file is damaged, or made in a way that we do not open."
TOO_LARGE = "The file is larger than 25 MB."


class Kind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpg"


ENDINGS = {"pdf": Kind.PDF, "png": Kind.PNG, "jpg": Kind.JPEG, "jpeg": Kind.JPEG, "webp": Kind.PNG}
"""By the end of the name, and what it is kept as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """What is kept. `pages` is 1 for an image."""

    kind: Kind
    body: bytes
    pages: int


def can_be_shared(name: str, size: int) -> bool:
    return ending_of(name) in ENDINGS and size <= LARGEST


def kind_of(name: str) -> Kind:
    """What a file of this name is kept as. Raises AppError for a type that cannot be shared."""
    kind = ENDINGS.get(ending_of(name))
    if kind is None:
        raise AppError(Reason.INVALID, ONLY, field="crm_file_id")
    return kind


def check_size(size: int) -> None:
    """Raises AppError for what is too large to be shared."""
    if size > LARGEST:
        raise AppError(Reason.INVALID, TOO_LARGE, field="crm_file_id")


def ending_of(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return ending.strip().lower() if stem else ""
