"""What the share door is wired with. Bootstrap makes one; it holds no secret of a CRM."""

from dataclasses import dataclass

from app.doors.share.rooms import Rooms
from app.ground.bell import Bell
from app.ground.clock import Clock
from app.sharing.gate import Gate
from app.sharing.limits import Limits
from app.sharing.mail import Mailer
from app.sharing.marks import Marks
from app.storage.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`origin` is the public origin of the share pages: whether it is https decides about cookies."""

    database: Database
    gate: Gate
    rooms: Rooms
    marks: Marks
    limits: Limits
    mailer: Mailer
    bell: Bell
    clock: Clock
    origin: str

    @property
    def https(self) -> bool:
        return self.origin.startswith("https://")
