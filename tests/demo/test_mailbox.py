import smtplib
from email.message import EmailMessage

import pytest

from app.demo.mailbox import KEPT, Mailbox, create_page, start_smtp
from tests.demo.ports import free_port


@pytest.fixture
def file(tmp_path):
    return tmp_path / "mailbox.jsonl"


@pytest.fixture
def mailbox(file):
    return Mailbox(file)


@pytest.fixture
def send(mailbox):
    port = free_port()
    controller = start_smtp(mailbox, port)

    def deliver(raw, to="ada@northwind.example", sender="no-reply@alongside.example"):
        with smtplib.SMTP("127.0.0.1", port) as client:
            return client.sendmail(sender, [to], raw)

    yield deliver
    controller.stop()


def mail(subject="Your code", text="Your code is 123456.", to="ada@northwind.example"):
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = subject, to, "no-reply@alongside.example"
    message.set_content(text)
    return message.as_bytes()


def test_a_mail_sent_by_smtp_is_shown_with_its_subject_and_text(send, mailbox):
    send(mail())

    page = create_page(mailbox).test_client()

    (message,) = page.get("/messages.json").json["messages"]
    assert message["to"] == ["ada@northwind.example"]
    assert message["subject"] == "Your code"
    assert message["text"].strip() == "Your code is 123456."
    assert "Your code is 123456." in page.get("/").text


def test_mails_can_be_listed_for_one_address_newest_first(send, mailbox):
    send(mail(subject="first"))
    send(mail(subject="other"), to="bob@contoso.example")
    send(mail(subject="second"))

    found = create_page(mailbox).test_client().get("/messages.json?to=ADA@northwind.example").json["messages"]

    assert [message["subject"] for message in found] == ["second", "first"]


def test_a_mail_is_still_there_after_a_restart(send, file):
    send(mail(subject="kept"))

    assert [message["subject"] for message in Mailbox(file).newest_first()] == ["kept"]


def test_a_line_cut_short_by_a_crash_hides_no_other_mail(send, file):
    send(mail(subject="before"))
    with file.open("a") as out:
        out.write('\n{"id": "half')
    send(mail(subject="after"))

    assert [message["subject"] for message in Mailbox(file).newest_first()] == ["after", "before"]


def test_markup_in_a_mail_is_shown_as_text(send, mailbox):
    send(mail(subject="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>"))

    answer = create_page(mailbox).test_client().get("/?to=")

    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no headers at all",
        b"Subject: =?utf-8?q?broken\r\n\r\nx",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\x00",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"To: <<<\r\nSubject: \xff\xff\r\n\r\n\x00",
    ],
)
def test_a_malformed_mail_is_kept_and_breaks_nothing(send, mailbox, raw):
    assert send(raw) == {}

    page = create_page(mailbox).test_client()
    assert len(page.get("/messages.json").json["messages"]) == 1
    assert page.get("/").status_code == 200


def test_a_mail_that_is_too_large_is_refused(send, mailbox):
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        send(b"Subject: big\r\n\r\n" + b"x" * 1_100_000)

    assert caught.value.smtp_code == 552
    assert mailbox.newest_first() == []


def test_only_the_newest_mails_are_shown(mailbox):
    for number in range(KEPT + 3):
        mailbox.add({"id": str(number), "to": [], "from": "", "subject": str(number), "text": ""})

    assert [message["subject"] for message in mailbox.newest_first()][:: KEPT - 1] == [str(KEPT + 2), "3"]
