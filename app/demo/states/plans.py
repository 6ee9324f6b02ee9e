"""Plans: not begun, on time, at risk, late on either side, blocked, finished, copied, and with a newer template."""

from dataclasses import replace
from typing import Any

from app.demo.pipeline import Stage
from app.demo.states.cast import customer
from app.demo.states.scene import AtStage, By, Day, Deal, Do, Known, On, Scene, Shown, Words, do

ADD, DONE = "plan.add_step", "plan.complete_step"
WHERE = "Plan card, share page"


def _step(title: str, side: str, due: int | None, *, ago: float = 0, keep: str = "", **more: Any) -> Do:
    days = {} if due is None else {"due": Day(due)}
    return replace(do(ADD, ago=ago, title=title, owner_side=side, **days | more), keep=keep)


def _done(of: str, ago: float, by: By = By.SELLER) -> Do:
    return do(DONE, by, ago=ago, step_id=Known(f"{of}.step_id"))


def _scene(key: str, partner: str, *states: str, does: tuple[Do, ...] = (), second: bool = False) -> Scene:
    record = customer(key).second if second else customer(key).deal
    shown = tuple(Shown(subject="Plan", state=one, record=record, where=WHERE) for one in states)
    return Scene(key=f"plan-{key}", customer=key, partner=partner, does=does, shows=shown)


def _late() -> tuple[Scene, ...]:
    return (
        _scene(
            *("thornbury", "woodgrove", "late, waiting on the partner, with a date proposed"),
            does=(
                _step("Kick-off with the council's IT", "us", -12, ago=25, keep="first", milestone="Start"),
                _done("first", 13),
                _step(
                    "Data protection assessment", "partner", -4, ago=25, keep="second", milestone="Assessment"
                ),
                _step("Answer the council's questions", "partner", -1, ago=20, milestone="Assessment"),
                _step("Committee paper", "partner", 1, ago=20, milestone="Decision"),
                _step("Sign the framework contract", "us", 14, ago=20, milestone="Decision"),
                do(
                    "plan.propose_date",
                    *(By.PARTNER,),
                    step_id=Known("second.step_id"),
                    due=Day(6),
                    reason="Their data protection officer is back on Monday.",
                ),
            ),
        ),
        _scene(
            *("umber", "litware", "late, waiting on us"),
            does=(
                _step("Connector for the kiln controls", "us", -6, ago=20, milestone="Integration"),
                _step("Test on the second kiln", "partner", 0, ago=20, milestone="Integration"),
                _step("Offer for four plants", "us", 2, ago=20, milestone="Offer"),
                do("plan.comment", By.PARTNER, body="We could begin as soon as the connector is here."),
            ),
        ),
    )


def _blocked() -> Scene:
    need = "optional"
    return _scene(
        *(
            "vesper",
            "adatum",
            "blocked by a dependency",
            "at risk: an optional step is late, the close date holds",
        ),
        does=(
            _step("Airside access for the crew", "partner", 5, ago=9, keep="access", milestone="Access"),
            _step(
                "Install the gateways at gate B",
                *("partner", 9),
                ago=9,
                keep="install",
                milestone="Pilot",
                after=Known("access.step_id"),
            ),
            _step("Sign off the pilot", "us", 16, ago=9, milestone="Pilot", after=Known("install.step_id")),
            _step("Photographs for the case study", "partner", -3, ago=9, milestone="Pilot", need=need),
        ),
    )


def _internal() -> tuple[Do, ...]:
    wanted = (("Agree the walk-away price", 8), ("Ask legal for the liability cap", 9))
    return tuple(_step(title, "us", due, audience="team", milestone="Only for us") for title, due in wanted)


def _on_time() -> Scene:
    return _scene(
        *("yarrow", "woodgrove", "on time, dates counted from start, stage, close and each other"),
        *("internal-only steps: nothing of them on the share page",),
        *("an owner's certificate lapses before the step is due",),
        does=(
            _step(
                "Site list and network plan",
                "partner",
                3,
                ago=6,
                keep="list",
                owner_role="main_contact",
                milestone="Sites",
            ),
            _step(
                "Choose the first six sites",
                "us",
                None,
                due_from="start",
                milestone="Sites",
                due_days=12,
                owner_role="deal_owner",
            ),
            _step(
                *("Install the first site", "partner", None),
                due_from=Words("step:{it}", it=Known("list.step_id")),
                due_days=8,
                milestone="Installation",
                owner_role="firm",
            ),
            _step(
                *("Commission the gateways", "partner", 45),
                milestone="Installation",
                owner_email="yara.benali@woodgrove.example",
            ),
            _step(
                "Security answers",
                "us",
                None,
                due_from=Words("stage:{it}", it=AtStage(Stage.PROPOSAL)),
                due_days=5,
                milestone="Contract",
            ),
            _step("Countersign", "us", None, due_from="close", due_days=-3, milestone="Contract"),
            *_internal(),
            _step("Visit the test kitchen", "partner", 10, keep="visit", milestone="Sites"),
            do("plan.drop_step", step_id=Known("visit.step_id")),
        ),
    )


def _ended() -> tuple[Scene, ...]:
    again = replace(do("plan.copy", ago=1, from_deal=Deal("wrenfield")), second=True)
    copied = Shown(
        subject="Plan", state="copied to the renewal", record=customer("wrenfield").second, where=WHERE
    )
    finished = _scene(
        *("wrenfield", "proseware", "finished, with evidence"),
        does=(
            _step("Roll out to 40 classrooms", "partner", -20, ago=60, keep="rollout", milestone="Rollout"),
            _done("rollout", 22, By.PARTNER),
            _step("Train the caretakers", "partner", -8, ago=60, keep="train", milestone="Rollout"),
            do(
                "plan.add_evidence",
                *(By.PARTNER,),
                ago=9,
                step_id=Known("train.step_id"),
                url="https://files.alongside.example/wrenfield/attendance",
                label="Attendance list",
            ),
            _done("train", 9, By.PARTNER),
            _step("Accept and hand over", "us", -2, ago=60, keep="accept", milestone="Handover"),
            _done("accept", 3),
            replace(do("partner.attach", ago=1), second=True),
            again,
        ),
    )
    return (replace(finished, shows=(*finished.shows, copied)),)


def _body(name: str, motion: str, *steps: tuple[str, str, str, str]) -> dict[str, object]:
    """Each step as (key, title, side, rule)."""
    rows = [
        {"key": key, "title": title, "side": side, "role": "firm", "rule": rule, "milestone": "Wind farm"}
        for key, title, side, rule in steps
    ]
    return {"name": name, "motion": motion, "steps": rows}


_SURVEY = ("survey", "Survey of the masts", "partner", "start+5b")
_OFFER = ("offer", "Offer for each mast", "us", "start+15b")
_WEATHER = ("weather", "Agree the weather windows", "partner", "start+10b")


def _templates() -> tuple[Scene, ...]:
    save, publish = "template.save", "template.publish"
    first = _body("Wind farms, mast by mast", "co_sell", _SURVEY, _OFFER)
    newer = _body("Wind farms, mast by mast", "co_sell", _SURVEY, _WEATHER, _OFFER)
    named = {"template_id": Known("template_id"), "version": Known("version"), "revision": Known("revision")}
    running = _scene(
        *("zephyr", "litware", "running on an older version of its template: can be upgraded"),
        does=(
            do(save, By.ADMIN, On.NOTHING, ago=40, body=first),
            do(publish, By.ADMIN, On.NOTHING, ago=40, **named),
            do("plan.apply_template", ago=4, start=Day(-4), template_id=Known("template_id")),
            do(save, By.ADMIN, On.NOTHING, ago=3, body=newer, **named),
            do(publish, By.ADMIN, On.NOTHING, ago=3, **named),
        ),
    )
    kept = tuple(
        Shown(subject="Template", state=state, record=name, where="Admin pages: Plans")
        for state, name in (
            ("published in version 2, version 1 retired", "Wind farms, mast by mast"),
            ("draft", "Wind farms, first contact"),
            ("retired", "Wind farms, service renewal"),
        )
    )
    draft = do(save, By.ADMIN, On.NOTHING, ago=2, body=_body("Wind farms, first contact", "source", _SURVEY))
    over = do(
        save, By.ADMIN, On.NOTHING, ago=90, body=_body("Wind farms, service renewal", "renewal", _OFFER)
    )
    return (
        replace(running, shows=(*running.shows, kept[0])),
        Scene(key="template-draft", does=(draft,), shows=kept[1:2]),
        Scene(
            key="template-retired",
            does=(
                over,
                do(publish, By.ADMIN, On.NOTHING, ago=90, **named),
                do("template.retire", By.ADMIN, On.NOTHING, ago=30, **named),
            ),
            shows=kept[2:],
        ),
    )


def _not_begun() -> Scene:
    return _scene("hollin", "adatum", "not started: no steps yet")


PLANS = (_not_begun(), _on_time(), _blocked(), *_late(), *_ended(), *_templates())
