"""Whether two company descriptions mean the same customer: pure, explained, and cheap enough for every registration.

`keys` finds candidates, `compare` judges one of them. Names alone cannot decide; domains and people weigh more.
"""

from app.domain.matching.compare import Band, Match, compare
from app.domain.matching.domains import email_domain, registrable
from app.domain.matching.index import Index
from app.domain.matching.keys import MAX_KEYS, keys
from app.domain.matching.names import normalise
from app.domain.matching.profile import Profile, profile

__all__ = [
    "MAX_KEYS",
    "Band",
    "Index",
    "Match",
    "Profile",
    "compare",
    "email_domain",
    "keys",
    "normalise",
    "profile",
    "registrable",
]
