import smtplib
import socket
import threading
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from app.ground.errors import AppError
from app.sharing.mail import NoMailer, SmtpMailer, code_message, read_smtp_url


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.refuse = ""

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox():
    handler = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def test_the_code_arrives_over_smtp_without_holding_up_the_caller(mailbox):
    mailer = SmtpMailer(f"smtp://127.0.0.1:{mailbox.port}?from=share@acme.example")

    assert mailer.send_code("mira@northwind.example", "123456", "Acme Cloud")
    mailer.finish()

    ((to, raw),) = mailbox.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert to == ["mira@northwind.example"]
    assert "123456" in mail.get_content()
    assert mail["From"] == "Acme Cloud <share@acme.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_to_nobody_waits_like_every_other_and_is_not_sent(mailbox):
    mailer = SmtpMailer(f"smtp://127.0.0.1:{mailbox.port}?from=share@acme.example")

    assert mailer.send_code("", "654321", "Acme Cloud")
    assert mailer.send_code("mira@northwind.example", "123456", "Acme Cloud")
    mailer.finish()

    assert [to for to, _ in mailbox.mails] == [["mira@northwind.example"]]


def test_a_code_is_never_logged(mailbox, capfd):
    mailbox.refuse = "550 no"
    mailer = SmtpMailer(f"smtp://127.0.0.1:{mailbox.port}?from=share@acme.example")

    mailer.send_code("mira@northwind.example", "918273", "Acme")
    mailer.finish()

    out = "".join(capfd.readouterr())
    assert "mail.failed" in out
    assert "918273" not in out
    assert "mira" not in out


def test_a_mail_that_fails_does_not_end_the_thread(mailbox):
    mailer = SmtpMailer(f"smtp://127.0.0.1:{mailbox.port}?from=share@acme.example")
    mailer.send_code("not an address", "111111", "Acme")

    mailer.send_code("mira@northwind.example", "222222", "Acme")
    mailer.finish()

    assert len(mailbox.mails) == 1


def test_a_connection_that_drops_is_tried_again(mailbox, monkeypatch):
    mailer = SmtpMailer(f"smtp://127.0.0.1:{mailbox.port}?from=share@acme.example")
    calls = threading.Semaphore(2)
    real = mailer._exchange

    def flaky(message):
        if calls.acquire(blocking=False):
            raise smtplib.SMTPServerDisconnected
        real(message)

    monkeypatch.setattr(mailer, "_exchange", flaky)
    mailer.send_code("mira@northwind.example", "222222", "Acme")
    mailer.finish()

    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    "name", ["Acme\r\nBcc: all@evil.example", "Acme\nX: y", "A\u2028B", 'A" <x@evil.example>, "', ""]
)
def test_a_vendor_name_cannot_add_a_header_or_a_recipient(name):
    mail = code_message("share@acme.example", "mira@northwind.example", "123456", name)

    parsed = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["X"] is None
    assert [a.addr_spec for a in parsed["From"].addresses] == ["share@acme.example"]
    assert [a.addr_spec for a in parsed["To"].addresses] == ["mira@northwind.example"]


@pytest.mark.parametrize(
    "to", ["", "x", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>", "a@b@c"]
)
def test_what_is_not_one_address_gets_no_mail(to):
    with pytest.raises(AppError):
        code_message("share@acme.example", to, "123456", "Acme")


@given(st.text(max_size=60))
def test_any_vendor_name_gives_one_mail_with_its_own_headers_only(name):
    mail = code_message("share@acme.example", "mira@northwind.example", "123456", name)

    assert set(message_from_bytes(mail.as_bytes()).keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }


def test_an_smtp_url_names_server_user_and_sender():
    server = read_smtp_url("smtps://us%40er:p%40ss@mail.example?from=share@acme.example")

    assert (server.host, server.port, server.tls) == ("mail.example", 465, True)
    assert (server.user, server.password, server.sender) == ("us@er", "p@ss", "share@acme.example")


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://?from=a@b.example", "smtp://h:x", "smtp://h?from=a%0d%0ab", "nonsense"]
)
def test_a_bad_smtp_url_is_refused_without_quoting_it(url):
    with pytest.raises(AppError) as refused:
        read_smtp_url(url)

    assert url not in refused.value.message


def test_a_password_is_never_sent_in_the_clear(monkeypatch):
    sent = []

    class Plain:
        def __init__(self, *_, **__): ...
        def __enter__(self):
            return self

        def __exit__(self, *_): ...
        def ehlo(self): ...
        def has_extn(self, _):
            return False

        def login(self, *words):
            sent.append(words)

    monkeypatch.setattr(smtplib, "SMTP", Plain)
    mailer = SmtpMailer("smtp://user:secret@mail.example?from=share@acme.example")

    mailer.send_code("mira@northwind.example", "1", "Acme")
    mailer.finish()

    assert sent == []


def test_without_a_server_it_says_so():
    assert not NoMailer().send_code("a@b.example", "1", "Acme")
