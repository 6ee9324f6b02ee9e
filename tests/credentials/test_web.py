"""The way out: public https only, judged before it connects, bounded, and led nowhere by redirects."""

import pytest

from app.credentials.port import IssuerError
from app.credentials.web import MAX_BYTES, Web, is_public
from tests.credentials.stand_in import StandIn, standing_in


class Resolver:
    """Answers differently each time, as a rebinding name does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *(
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
            "nonsense",
        ),
    ],
)
def test_an_address_that_is_not_public_is_refused_before_anything_connects(address):
    resolver = Resolver([address])

    with pytest.raises(IssuerError, match="no public https address"):
        Web(resolver).get("https://issuer.example/badge")

    assert resolver.asked == 1


def test_a_name_with_one_private_address_is_refused_as_a_whole():
    with pytest.raises(IssuerError, match="no public"):
        Web(Resolver(["93.184.216.34", "10.0.0.1"])).get("https://issuer.example/")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://issuer.example/",
            "ftp://issuer.example/",
            "https://issuer.example:8443/",
            "file:///etc/passwd",
        ),
        *(
            "https://user:pw@issuer.example/",
            "https://",
            "//issuer.example/",
            "https://[::1",
            "https://a b/",
            "",
        ),
        *(
            "https://issuer.example/\r\nX: y",
            "https://issuer.example/\\@127.0.0.1/",
            "https://issuer.example:99999/",
        ),
    ],
)
def test_what_is_no_plain_https_address_is_refused_unresolved(url):
    resolver = Resolver(["93.184.216.34"])

    with pytest.raises(IssuerError):
        Web(resolver).get(url)

    assert resolver.asked == 0 or "\r" in url or "\\" in url


@pytest.mark.parametrize(
    "host", ["2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "[::ffff:127.0.0.1]"]
)
def test_other_spellings_of_this_machine_are_refused(host):
    with pytest.raises(IssuerError):
        Web().get(f"https://{host}/")


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch):
    connected = []

    def refuse(address, *_, **__):
        connected.append(address)
        raise OSError

    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    resolver = Resolver(["93.184.216.34"], ["127.0.0.1"])

    with pytest.raises(IssuerError, match="does not answer"):
        Web(resolver).get("https://issuer.example/")

    assert connected == [("93.184.216.34", 443)]
    assert resolver.asked == 1


def test_redirects_and_floods_lead_nowhere():
    with standing_in() as issuer:
        issuer.answers = {"/away": (302, {}), "/flood": (200, b"x" * (MAX_BYTES + 1)), "/odd": (200, b"\xff")}

        for path, sentence in (("/away", "redirects"), ("/flood", "too large")):
            with pytest.raises(IssuerError, match=sentence):
                issuer.web.get(issuer.origin + path)
        with pytest.raises(IssuerError, match="not JSON"):
            issuer.web.get(issuer.origin + "/odd").json()


def test_an_issuer_that_is_gone_may_be_asked_again():
    with standing_in() as issuer:
        web, origin = issuer.web, issuer.origin
    with pytest.raises(IssuerError) as caught:
        web.get(f"{origin}/")

    assert caught.value.retry
    assert is_public("93.184.216.34")
    assert StandIn().answers == {}
