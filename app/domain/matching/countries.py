"""One code for a country, whichever way somebody wrote it."""

from functools import cache

from babel import Locale
from babel.core import get_global

from app.domain.matching.words import COUNTRY_NAMES

LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sv",
    "da",
    "nb",
    "fi",
    "hu",
    "ro",
    "tr",
    "ru",
    "ja",
    "zh",
    "ko",
)
_ALSO = {"uk": "gb", "usa": "us", "u.s.": "us", "u.s.a.": "us", "england": "gb", "scotland": "gb", "el": "gr"}


def country_code(text: str) -> str:
    """The two letters of ISO 3166 in small, the text itself in small where it names no country we know."""
    said = " ".join(text[:100].casefold().split())
    return said if len(said) == 2 and said not in _ALSO else _names().get(said, said)  # noqa: PLR2004 - a code


@cache
def _names() -> dict[str, str]:
    names = dict(COUNTRY_NAMES)
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2:  # noqa: PLR2004 - regions of the world have three digits
                names.setdefault(name.casefold(), code.lower())
    for code, known in get_global("territory_aliases").items():
        if len(code) == 3 and code.isalpha() and len(known) == 1:  # noqa: PLR2004 - the code of three letters
            names[code.lower()] = known[0].lower()
    return names | _ALSO
