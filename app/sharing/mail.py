"""Sends the one-time code by e-mail, off the request's thread: how long a mail server takes tells a stranger
nothing. A code is never logged."""

import queue
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.sharing.watermark import plain

TIMEOUT = 10
"""Seconds for each step of the SMTP exchange."""

WAITING = 1000
"""Mails that may wait in this process. More means that the server is away: then it is better to say so."""

ATTEMPTS = 3
_PLAIN = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

log = get_logger(__name__)


class Mailer(Protocol):
    def send_code(self, to: str, code: str, vendor: str) -> bool:
        """Takes the mail in hand and returns at once; False when it cannot be sent at all. One to "" waits in line
        like every other and is sent to nobody."""


class NoMailer:
    """For a process without SMTP_URL: pages then say that no code can be sent."""

    def send_code(self, to: str, code: str, vendor: str) -> bool:  # noqa: ARG002
        log.error("mail.not_configured", setting="SMTP_URL")
        return False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SmtpServer:
    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str


def read_smtp_url(url: str) -> SmtpServer:
    """The server an SMTP_URL names. Raises AppError, which never quotes the URL: it may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AppError(Reason.INVALID, "SMTP_URL must look like smtp://user:password@host:port.") from None
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise AppError(Reason.INVALID, "SMTP_URL must look like smtp://user:password@host:port.")
    sender = sender or f"no-reply@{parts.hostname}"
    _address(sender)
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if tls else 587 if parts.username else 25),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )


def _address(text: str) -> Address:
    """Refuses what is not one plain address: line ends, lists, comments."""
    if not _PLAIN.fullmatch(text):
        raise AppError(Reason.INVALID, "This is not an e-mail address.")
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, AttributeError, MessageError) as error:
        raise AppError(Reason.INVALID, "This is not an e-mail address.") from error


def code_message(server_sender: str, to: str, code: str, vendor: str) -> EmailMessage:
    """The mail with the code. No name, address or vendor can add a header or a recipient to it."""
    name = _name(vendor)
    message = _blank(server_sender, to, name)
    message["Subject"] = f"Your code: {code}"
    message.set_content(
        f"{code}\n\n"
        f"Enter this code to open the page that {name} shares with you. It works once, for ten minutes.\n\n"
        "You did not ask for it? Then nobody has got in, and you can delete this mail.\n"
    )
    return message


def send_note(url: str, to: str, vendor: str, subject: str, text: str) -> None:
    """One mail of the vendor's is sent when this returns. Raises AppError for an address that is none, OSError or
    SMTPException for a server that does not take it."""
    server = read_smtp_url(url)
    message = _blank(server.sender, to, _name(vendor))
    message["Subject"] = plain(" ".join(subject.split()))[:200]
    message.set_content(text)
    with _session(server) as client:
        client.send_message(message)


def _name(vendor: str) -> str:
    return plain(vendor)[:80] or "Your vendor"


def _blank(server_sender: str, to: str, name: str) -> EmailMessage:
    """A mail that no machine answers, with nothing in it yet."""
    sender = _address(server_sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=name, addr_spec=sender.addr_spec)
    message["To"] = _address(to)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=sender.domain or None)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


class SmtpMailer:
    """One thread per process sends; it starts with the first mail, so it is born after any fork."""

    def __init__(self, url: str) -> None:
        self._server = read_smtp_url(url)
        self._waiting: queue.Queue[tuple[str, str, str]] = queue.Queue(maxsize=WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def send_code(self, to: str, code: str, vendor: str) -> bool:
        try:
            self._waiting.put_nowait((to, code, vendor))
        except queue.Full:
            log.warning("mail.full", waiting=WAITING)
            return False
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="mail", daemon=True)
                self._thread.start()
        return True

    def finish(self) -> None:
        """Returns when every mail in hand was sent or given up."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            to, code, vendor = self._waiting.get()
            try:
                if to:
                    self._send(to, code, vendor)
            except Exception as error:  # noqa: BLE001 - one bad mail must not end the thread that sends the next
                log.warning("mail.failed", error=type(error).__name__)
            finally:
                self._waiting.task_done()

    def _send(self, to: str, code: str, vendor: str) -> None:
        message = code_message(self._server.sender, to, code, vendor)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._exchange(message)
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                if attempt == ATTEMPTS or isinstance(error, smtplib.SMTPResponseException):
                    raise
                log.warning("mail.again", attempt=attempt, error=type(error).__name__)
            else:
                log.info("mail.sent")
                return

    def _exchange(self, message: EmailMessage) -> None:
        with _session(self._server) as client:
            client.send_message(message)


def try_server(url: str) -> None:
    """Goes as far as sending would, and sends nothing. Raises AppError for an address that cannot be right, OSError
    or SMTPException for a server that does not take us."""
    with _session(read_smtp_url(url)):
        return


@contextmanager
def _session(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A connection that may send: encrypted where the server can, signed in where a user is named."""
    context = ssl.create_default_context()
    if server.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with client:
        client.ehlo()
        if not server.tls and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
        elif not server.tls and server.password and server.host not in _LOOPBACK:
            raise smtplib.SMTPNotSupportedError("refusing to send a password without TLS")
        if server.user:
            client.login(server.user, server.password)
        yield client
