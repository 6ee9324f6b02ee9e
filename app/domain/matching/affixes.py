"""Words that companies put before or after their name in a domain."""

from app.domain.matching.words import COUNTRY_NAMES, GENERIC, LEGAL_FORMS, word_set

BEFORE = word_set("the go get my we try hello team join use visit shop grupo groupe group bank hotel")
AFTER = (
    GENERIC
    | LEGAL_FORMS
    | frozenset(COUNTRY_NAMES)
    | word_set("hq app inc online world web site official team shop")
)
SHORTEST = 4
"""Letters of the part in common: three begin too many words."""


def same_but_affix(one: str, other: str) -> bool:
    """Whether one word is the other with one of these added: "kraftheinzcompany" and "kraftheinz"."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST or short == long:
        return False
    if long.startswith(short) and long[len(short) :] in AFTER:
        return True
    return long.endswith(short) and long[: -len(short)] in BEFORE
