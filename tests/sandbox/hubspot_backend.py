"""A stand-in for our own backend: checks HubSpot's signature for real, answers with the cards' golden documents."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request

from app.ground.clock import utc_now
from app.ground.errors import AppError
from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, SignedRequest, user_of, verify
from cards import blocks as b

GOLDEN = Path(__file__).parents[1] / "cards" / "golden"
SECRET = "client-secret-of-the-sandbox"


@dataclass
class Backend:
    """`commands` is what was asked; `refuse` makes the next answers refusals, `fail` makes them 500."""

    origin: str = ""
    commands: list[dict[str, Any]] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    refuse: str = ""
    fail: int = 0

    def app(self) -> Flask:
        app = Flask("backend")
        app.before_request(self._trust)
        app.add_url_rule("/hubspot/cards/<card>", view_func=self._card)
        app.add_url_rule("/hubspot/actions/<command>", view_func=self._run, methods=["POST"])
        app.register_error_handler(AppError, lambda error: (error.message, 401))
        return app

    def _trust(self) -> None:
        signed = SignedRequest(
            method=request.method,
            target=str(request.environ["REQUEST_URI"]),
            body=request.get_data(cache=True),
            signature=request.headers.get(SIGNATURE_HEADER, ""),
            timestamp=request.headers.get(TIMESTAMP_HEADER, ""),
        )
        verify(signed, (SECRET,), self.origin, utc_now())
        self.callers.append(user_of(signed.target).email)

    def _card(self, card: str) -> Response:
        if card == "certifications":
            return jsonify({"ok": True, "card": json.loads(json.dumps(b.to_json(every_kind())))})
        document = json.loads((GOLDEN / f"{card}.normal.json").read_text())
        return jsonify({"ok": True, "card": document})

    def _run(self, command: str) -> tuple[Response, int] | Response:
        self.commands.append({"command": command, **request.get_json()})
        if self.fail > 0:
            self.fail -= 1
            return jsonify({"title": "broken"}), 500
        if self.refuse:
            return jsonify({"ok": False, "reason": "invalid", "message": self.refuse})
        result = {"url": f"{self.origin}/s/token"} if command == "sharing.create_link" else {}
        return jsonify({"ok": True, "result": result, "message": "Sent."})


def every_kind() -> b.Card:
    """One block of every kind, with a form of every field type."""
    fields = tuple(
        b.FormField(
            name=kind.value,
            label=f"Field {kind.value}",
            type=kind,
            required=kind is b.FieldType.TEXTAREA,
            help="Helps." if kind is b.FieldType.TEXT else "",
            options=(("a", "First"), ("b", "Second"))
            if kind in (b.FieldType.SELECT, b.FieldType.CHOICE)
            else (),
            value="a" if kind in (b.FieldType.SELECT, b.FieldType.CHOICE) else "",
        )
        for kind in b.FieldType
    )
    step = b.StepItem(
        id="s1",
        title="Send questionnaire",
        state="late",
        owner="Nora",
        side="partner",
        due="2026-11-20",
        when="2 days late",
        full="20 Nov 2026",
        actions=(
            b.Action(
                label="Complete",
                command="plan.complete_step",
                fields={"step_id": "s1"},
                undo="plan.reopen_step",
            ),
        ),
    )
    message = b.ThreadMessage(
        id="m1",
        author="Sarah Seller",
        side="us",
        audience="team",
        body="First line\nSecond line",
        at="2026-11-20T10:00:00Z",
        when="Fri",
        day="Friday",
        delivery="refused",
        refusal="Note body is too long.",
        retry=b.Action(label="Retry", command="outbox.retry", fields={"outbox_id": "o1"}),
    )
    blocks: tuple[b.Block, ...] = (
        b.Heading(text="Everything", detail="One of each"),
        b.Text(text="A plain sentence.\nAnd its second line."),
        b.Fields(items=(b.FieldItem(label="Stage", value="Contract sent", title="Since 3 Nov 2026"),)),
        b.List(
            label="Links",
            items=(
                b.ListItem(
                    text="Link for Nora",
                    detail="until 28 Nov",
                    badge="2 new",
                    tone=b.Tone.INFO,
                    actions=(
                        b.Action(label="Copy", copy="https://share.example/s/1"),
                        b.Action(
                            label="Revoke",
                            command="sharing.revoke_link",
                            fields={"link_id": "l1"},
                            style=b.Style.DANGER,
                            confirm="Nora can no longer open the room.",
                        ),
                    ),
                ),
            ),
        ),
        b.Thread(messages=(message,)),
        b.Steps(
            milestones=(
                b.Milestone(title="Qualify", state="done", steps=()),
                b.Milestone(title="Security", state="current", steps=(step,)),
            )
        ),
        b.Table(caption="People", columns=("Name", "Level"), rows=(("Nora Ek", "Gold"),)),
        b.Progress(label="Covered", percent=40, detail="2 of 5 people"),
        b.Progress(
            label="Registration", stages=(("Submitted", "done"), ("Review", "current"), ("Approved", "ahead"))
        ),
        b.Status(text="On track for 12 Dec", tone=b.Tone.SUCCESS, detail="Nothing is late"),
        b.Alert(title="Protection ends in 6 days", text="On 28 Nov.", tone=b.Tone.WARNING),
        b.Chart(
            title="Timeline",
            alternative="Two milestones, the second ends on 12 Dec.",
            bars=(
                b.Bar(label="Qualify", start=0, length=40, tone=b.Tone.SUCCESS),
                b.Bar(label="Security", start=40, length=45, tone=b.Tone.WARNING),
            ),
            scale=("1 Nov", "21 Nov", "12 Dec"),
            today=52,
        ),
        b.Form(
            id="everything",
            title="Try everything",
            command="certification.record",
            submit="Send",
            fields=fields,
            fixed={"partner_id": "p1"},
            note="Northwind will see this.",
            audience="partner",
        ),
        b.Divider(),
        b.Actions(items=(b.Action(label="See the plan", card="plan", fields={"partner_id": "p1"}),)),
        b.Empty(
            title="No partner yet",
            text="Attach one to begin.",
            action=b.Action(label="Attach", card="sharing"),
        ),
    )
    return b.Card(
        name="certifications",
        title="Certifications",
        version="1",
        as_of="2026-11-22T10:00:00Z",
        blocks=blocks,
    )
