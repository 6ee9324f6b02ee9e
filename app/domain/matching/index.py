"""Companies under their keys, in memory.

With `wanted`, only the keys that somebody will ask for are kept: then a million companies can pass by while the
index stays as small as the list of questions.
"""

from collections.abc import Iterable
from typing import Generic

from app.domain.matching.candidates import LIMIT, Id, bound, rank
from app.domain.matching.keys import keys_of
from app.domain.matching.profile import Profile


class Index(Generic[Id]):
    """Finds in bounded time what may be the same company, however many are filed."""

    def __init__(self, wanted: Iterable[str] | None = None) -> None:
        self._entries: dict[str, list[Id]] = {key: [] for key in wanted or ()}
        self._open = wanted is None

    def add(self, company_id: Id, company: Profile) -> bool:
        """Files a company; whether anybody may ever find it."""
        filed = False
        entries = self._entries
        for key in keys_of(company):
            found = entries.get(key)
            if found is None:
                if not self._open:
                    continue
                found = entries[key] = []
            if len(found) < bound(key):
                found.append(company_id)
                filed = True
        return filed

    def candidates(self, company: Profile, limit: int = LIMIT) -> list[Id]:
        """Who is worth comparing with this one, the likeliest first."""
        entries = self._entries
        return rank({key: found for key in keys_of(company) if (found := entries.get(key))}, limit)
