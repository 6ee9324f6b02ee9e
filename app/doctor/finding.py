"""One thing that was looked at."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`ok` is False for what is broken; `advice` says what to do, also where something works and is not finished.
    `account` names the CRM account it is about. None of them holds a secret."""

    name: str
    ok: bool
    sentence: str
    advice: str = ""
    account: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        mark = "FAIL" if not self.ok else "todo" if self.advice else "ok  "
        about = f" ({self.account})" if self.account else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"{mark}  {self.name}{about}: {self.sentence}{advice}"
