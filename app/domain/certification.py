"""What a partner firm and its people are certified for."""

from dataclasses import dataclass
from datetime import date, timedelta

LAPSES_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """`person_name` is empty for a certification of the firm. `expires` is the last day it is valid."""

    id: str
    partner_id: str
    name: str
    level: str = ""
    person_name: str = ""
    person_email: str = ""
    issuer: str = ""
    issued: date | None = None
    expires: date | None = None

    def is_valid(self, today: date) -> bool:
        return self.expires is None or today <= self.expires

    def lapses_soon(self, today: date) -> bool:
        return self.expires is not None and self.is_valid(today) and self.expires - today <= LAPSES_SOON
