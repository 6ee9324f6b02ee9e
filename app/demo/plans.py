"""The story's plans: templates in every state, a plan that runs late, one that can be upgraded, and whose holidays
count."""

from typing import Any, Protocol

from app.commands.plan_template import samples
from app.domain.actor import Actor
from app.domain.record import RecordKey


class Teller(Protocol):
    """Who tells the story: gives commands as people would, each once."""

    def run(
        self, key: str, command: str, record: RecordKey | None, /, *, actor: Actor = ..., **fields: object
    ) -> Any: ...

    def deal(self, number: int) -> RecordKey: ...

    def attach(self, deal: int, word: str) -> str: ...

    def day(self, after: int) -> str: ...


def tell(teller: Teller, admin: Actor) -> None:
    """Brightwater runs on the co-sell template since two weeks ago, so that its first steps are late and the forecast
    says why; a newer version waits for a seller to upgrade. Renewal is published, the sourcing one a draft."""
    teller.run("holidays", "plan.set_country", None, actor=admin, country="DE")
    contoso = teller.attach(1, "Contoso")
    teller.run("holidays-c", "plan.set_country", None, actor=admin, partner_id=contoso, country="NO")
    made = {motion: _begun(teller, admin, motion) for motion in ("co_sell", "renewal", "source")}
    for motion in ("co_sell", "renewal"):
        _publish(teller, admin, motion, made[motion], 1)
    deal = teller.deal(1)
    named: dict[str, Any] = {"partner_id": contoso, "template_id": made["co_sell"]}
    started = teller.run("b-plan", "plan.apply_template", deal, **named, start=teller.day(-14))
    steps = started["step_ids"].split(",")
    teller.run("b-done", "plan.complete_step", deal, step_id=steps[0])
    said = "Their architect is ill until Thursday; we take the remote session instead."
    teller.run("b-comment", "plan.comment", deal, step_id=steps[2], body=said)
    shown: dict[str, Any] = {"url": "https://files.example/brightwater/briefing", "label": "Briefing notes"}
    teller.run("b-evidence", "plan.add_evidence", deal, step_id=steps[0], **shown)
    newer = _newer()
    seen: dict[str, Any] = {"template_id": made["co_sell"], "version": 1, "revision": 2}
    teller.run("t-newer", "template.save", None, actor=admin, body=newer, **seen)
    _publish(teller, admin, "co_sell", made["co_sell"], 2)


def _begun(teller: Teller, admin: Actor, motion: str) -> str:
    made = teller.run(f"t-{motion}", "template.from_sample", None, actor=admin, sample=motion)
    return str(made["template_id"])


def _publish(teller: Teller, admin: Actor, motion: str, template_id: str, version: int) -> None:
    named: dict[str, Any] = {"template_id": template_id, "version": version}
    teller.run(f"t-{motion}-{version}", "template.publish", None, actor=admin, **named)


def _newer() -> dict[str, Any]:
    """The co-sell template with one step more, one renamed, and one left out."""
    body = samples()["co_sell"].to_json()
    kept = [step for step in body["steps"] if step["key"] != "case"]
    for step in kept:
        if step["key"] == "install":
            step["title"] = "Delivery plan with names and dates"
    debrief = {"key": "debrief", "milestone": "Decide", "title": "Debrief with the partner", "side": "us"}
    return {**body, "steps": [*kept, {**debrief, "role": "deal_owner", "rule": "close+3b"}]}
