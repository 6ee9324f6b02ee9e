"""Share links in their states, a safelist with exceptions, and a write that the CRM refuses."""

from collections.abc import Iterator
from dataclasses import replace

from app.demo.states.cast import customer
from app.demo.states.scene import By, Do, Grid, Known, On, Scene, Shown, do, early

LINK = "sharing.create_link"
WHERE = "Sharing card"

FORBIDDEN = "IBAN"
"""The word that the sandboxes' validation rule keeps out of messages."""

RULE = "Bank details do not belong into messages. Remove the IBAN."


def _link(person: str, name: str, *, ago: float = 0, days: int = 30, **more: object) -> Do:
    values = {"contact_email": person, "contact_name": name, "days": days}
    return do(LINK, ago=ago, **values | more)


def _used_up(person: str, name: str) -> tuple[Do, Do]:
    """Opened once, which is as often as it may be."""
    visit = do("link.open", By.PARTNER, ago=11, link_id=Known("used.link_id"), device="Chrome on Windows")
    return replace(_link(person, name, ago=12, max_views=1), keep="used"), visit


def _passed_on(link: str) -> Iterator[Do]:
    """Three people got the link from whom it was made for. One was let in, one declined, one waits."""
    for keep, name, email, ago, note in (
        ("joined", "Lena Ostrom", "lena@woodgrove.example", 5, "I take over the rollout from Anselm."),
        ("unknown", "P. Quill", "quill@quill-and-co.example", 4, ""),
        ("waits", "Marek Zielinski", "marek@portworks.example", 0.5, "Anselm sent me the plan for berth 4."),
    ):
        asked = {"link_id": Known(link), "name": name, "email": email, "note": note}
        yield replace(do("link.ask", By.PARTNER, ago=ago, **asked), keep=keep)
    yield do("sharing.grant_access", ago=4.5, request_id=Known("joined.request_id"))
    yield do("sharing.decline_access", ago=3, request_id=Known("unknown.request_id"))


def _links() -> Scene:
    deal = customer("greystone").deal
    anselm, yara = "anselm.richter@woodgrove.example", "yara.benali@woodgrove.example"
    return Scene(
        key="links",
        customer="greystone",
        partner="woodgrove",
        does=(
            replace(_link(anselm, "Anselm Richter", ago=6), keep="passed"),
            _link(yara, "Yara Benali", ago=2, max_views=3, also_for="@woodgrove.example"),
            _link(anselm, "Anselm Richter", ago=40, days=14),
            replace(_link(yara, "Yara Benali", ago=30, days=60), keep="revoked"),
            do("sharing.revoke_link", ago=25, link_id=Known("revoked.link_id")),
            *_used_up(yara, "Yara Benali"),
            *_passed_on("passed.link_id"),
        ),
        shows=tuple(
            Shown(subject="Share link", state=state, record=deal, where=where)
            for state, where in (
                ("active, not opened yet", WHERE),
                ("active, for a whole domain, three openings at most", WHERE),
                ("expired", WHERE),
                ("revoked", WHERE),
                ("used up: opened as often as it may be", WHERE),
                ("passed on: a stranger asks for access, and nobody has answered", WHERE),
                ("passed on: somebody who asked was let in", WHERE),
                ("passed on: somebody who asked was declined", "Admin pages: Audit log"),
            )
        ),
    )


def _safelist() -> Scene:
    rules = [
        {"object": "deal", "field": "amount", "treatment": "show", "partner_id": Known("partner_id")},
        {"object": "room", "field": "content", "treatment": "show", "partner_id": Known("partner_id")},
        {"object": "room", "field": "certifications", "treatment": "show", "partner_id": Known("partner_id")},
    ]
    body = {"format": 2, "grid": Grid(), "rules": rules}
    saved = do(
        *("policy.save", By.ADMIN, On.NOTHING),
        body=body,
        version=1,
        whole=True,
        reason="Woodgrove calculates with us, so it sees amounts and what there is to learn",
    )
    shown = Shown(
        subject="Safelist",
        state="three exceptions for one partner",
        record="Woodgrove Consulting",
        where="Admin pages: Safelist, and its share pages",
    )
    return Scene(key="safelist", partner="woodgrove", does=early(saved), shows=(shown,))


def _refused() -> Scene:
    said = f"Please pay the deposit to our new account, {FORBIDDEN} NO93 8601 1117 947."
    shown = Shown(
        subject="Outbox",
        state="a message that the CRM refused, in its own words, with a retry",
        record=customer("kingsmere").deal,
        where="Thread card",
    )
    post = do("thread.post", By.PARTNER, body=said)
    return Scene(key="refused", customer="kingsmere", partner="adatum", does=(post,), shows=(shown,))


SHARING = (_safelist(), _links(), _refused())
