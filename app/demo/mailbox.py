"""The demo's mailbox: a real SMTP server on loopback, and a page that shows what it received.

Run by `python -m app.demo.mailbox --http PORT --smtp PORT --data DIR`. Messages are kept in one JSON
lines file. Nothing of a message is ever trusted: pages escape it, and its size and number are bounded.
"""

import json
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.serving import make_server

from app.ground.clock import to_iso, utc_now
from app.ground.ids import new_id

SIZE_LIMIT = 1_000_000
"""Bytes of one message: a one-time code needs a thousandth of it."""

KEPT = 500
"""Messages shown; older ones stay in the file."""

HOST = "127.0.0.1"


class Mailbox:
    """The received messages, newest last, in memory and in one file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._messages = _read(file)

    def add(self, message: dict[str, Any]) -> None:
        """After this the message is shown, now and after a restart."""
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            # The line break comes first: a line that a crash cut short then spoils no other.
            file.write("\n" + json.dumps(message))
            self._messages = [*self._messages, message][-KEPT:]

    def newest_first(self, to: str = "") -> list[dict[str, Any]]:
        """The messages, or those to one address in whatever case."""
        wanted = to.strip().lower()
        return [m for m in reversed(self._messages) if not wanted or wanted in map(str.lower, m["to"])]


def _read(file: Path) -> list[dict[str, Any]]:
    """What the file holds; a line cut short by a crash is passed over."""
    messages: list[dict[str, Any]] = []
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                messages.append(json.loads(line))
            except ValueError:
                continue
    return messages[-KEPT:]


class Receiver:
    """What aiosmtpd calls for every message."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the message. Any bytes are taken: what cannot be read as a mail is shown as text."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        self._mailbox.add(describe(raw, envelope.mail_from or "", list(envelope.rcpt_tos)))
        return "250 Message kept"


def describe(raw: bytes, sender: str, recipients: list[str]) -> dict[str, Any]:
    """A message as the page shows it: who, to whom, when, subject and plain text."""
    message = message_from_bytes(raw, policy=policy.default)
    return {
        "id": new_id(),
        "from": sender,
        "to": recipients,
        "subject": _header(message, "Subject"),
        "received_at": to_iso(utc_now()),
        "text": _text(message, raw),
    }


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, LookupError, IndexError, AttributeError):
        return ""  # the standard library's header parser fails on some malformed headers


def _text(message: EmailMessage, raw: bytes) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        return str(part.get_content()) if part else ""
    except (ValueError, LookupError, AttributeError):
        return raw.decode("utf-8", "replace")


def create_page(mailbox: Mailbox) -> Flask:
    """The mailbox as a web page at / and as JSON at /messages.json, both with an optional ?to=address."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> str:
        to = request.args.get("to", "")
        return render_template("mailbox.html", messages=mailbox.newest_first(to), to=to)

    @app.get("/messages.json")
    def messages() -> Response:
        return jsonify({"messages": mailbox.newest_first(request.args.get("to", ""))})

    @app.get("/healthz")
    def healthy() -> Response:
        return jsonify({"ok": True})

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def start_smtp(mailbox: Mailbox, port: int) -> Controller:
    """An SMTP server that listens when this returns. Raises OSError when the port is taken."""
    controller = Controller(Receiver(mailbox), hostname=HOST, port=port, data_size_limit=SIZE_LIMIT)
    controller.start()
    return controller


@click.command()
@click.option("--http", "http_port", type=int, required=True, help="Port of the page.")
@click.option("--smtp", "smtp_port", type=int, required=True, help="Port of the SMTP server.")
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Directory of the messages.")
def main(http_port: int, smtp_port: int, data: Path) -> None:
    """Receives mail by SMTP and shows it on a page, both on this machine only."""
    mailbox = Mailbox(data / "mailbox.jsonl")
    controller = start_smtp(mailbox, smtp_port)
    try:
        make_server(HOST, http_port, create_page(mailbox), threaded=True).serve_forever()
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
