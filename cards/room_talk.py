"""What a partner may say of the plan in its room: a comment, evidence, another date. Reads the page alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from app.domain.thread import MESSAGE_LIMIT
from cards import words
from cards.blocks import FieldType, Form, FormField
from cards.plan_forms import file_field

COMMENT, EVIDENCE, PROPOSE = "comment_step", "add_evidence", "propose_date"

REASON_LIMIT = 300
LABEL_LIMIT = 200
URL_LIMIT = 1_000

_ON_ITS_WAY = {
    EVIDENCE: "Your evidence is on its way",
    PROPOSE: "You asked for another date. It is on its way",
}

Row = Mapping[str, Any]


class Sent(Protocol):
    """An answer of the viewer that is on its way."""

    @property
    def command(self) -> str: ...

    @property
    def step_id(self) -> str: ...


def notes(row: Row, sent: Sequence[Sent], today: date, locale: str) -> Iterator[str]:
    """What the viewer asked for and has no answer to yet, what is on its way, and evidence that is words alone."""
    shown = [str(one["label"]) for one in row.get("evidence") or () if not one["url"]]
    if shown:
        yield f"Evidence: {words.listing(shown, locale)}"
    on_way = [
        _ON_ITS_WAY[one.command] for one in sent if one.step_id == row["id"] and one.command in _ON_ITS_WAY
    ]
    yield from dict.fromkeys(on_way)
    if row.get("proposed") and _ON_ITS_WAY[PROPOSE] not in on_way:
        yield f"You asked for {words.day(date.fromisoformat(row['proposed']), today, locale)}"


def forms(content: Row, steps: Sequence[Row], today: date) -> Iterator[Form]:
    """The forms below the plan, each about a step that is chosen in it. Comments join the messages: where the page
    has none, there is no form for them. A file that shows something is one that stands on the page."""
    if "messages" in content:
        yield _form(
            COMMENT,
            "Comment on a step",
            "Send",
            steps,
            FormField(
                name="body", label="Comment", type=FieldType.TEXTAREA, required=True, max_length=MESSAGE_LIMIT
            ),
            note="Joins the messages.",
        )
    mine = [row for row in steps if row["side"] == "partner"]
    if mine:
        yield _form(
            EVIDENCE,
            "Add evidence",
            "Add",
            mine,
            FormField(name="url", label="Link", max_length=URL_LIMIT, placeholder="https://"),
            *file_field([(str(one["id"]), str(one["name"])) for one in content.get("files") or ()]),
            FormField(name="label", label="What it shows", max_length=LABEL_LIMIT),
            note="What shows that the step was done: a link, a file of this page, or words alone.",
        )
    still_open = [row for row in steps if row["status"] != "done"]
    if still_open:
        yield _form(
            PROPOSE,
            "Ask for another date",
            "Ask",
            still_open,
            FormField(
                name="due", label="Better day", type=FieldType.DATE, required=True, min=today.isoformat()
            ),
            FormField(name="reason", label="Why?", required=True, max_length=REASON_LIMIT),
            note="The date stays as it is until you are answered.",
        )


def _form(command: str, title: str, submit: str, steps: Sequence[Row], *fields: FormField, note: str) -> Form:
    chosen = next((row for row in steps if row["status"] != "done"), steps[0])
    which = FormField(
        name="step_id",
        label="About",
        type=FieldType.SELECT,
        required=True,
        value=str(chosen["id"]),
        options=tuple((str(row["id"]), str(row["title"])) for row in steps),
    )
    return Form(
        id=command,
        title=title,
        command=command,
        submit=submit,
        folded=True,
        note=note,
        fields=(which, *fields),
    )
