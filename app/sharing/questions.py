"""What a link's front page has to ask, and whether the answers do."""

import re
from dataclasses import dataclass

from app.identity.passcode import is_passcode
from app.sharing.gate import rules_of
from app.sharing.rules import Audience, Passcode, Terms, ViewLimit, Without
from app.storage.published.links import PublishedLink

MAILBOX = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\.]+")
LONGEST_ADDRESS = 254


def clean_mailbox(typed: str) -> str:
    """The address as it is compared and kept; empty for what is none."""
    text = typed.strip().lower()
    return text if len(text) <= LONGEST_ADDRESS and MAILBOX.fullmatch(text) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """`audience` is set where several may come, so that each says who they are; `passcode` is what is stored of it,
    `terms` the version to accept, `most` how often the link opens."""

    contact: str
    audience: Audience | None = None
    without: tuple[Without, ...] = ()
    passcode: str = ""
    terms: str = ""
    most: int | None = None

    def mailbox(self, typed: str) -> str:
        """Where the code goes; empty where somebody has to say first."""
        return clean_mailbox(typed) if self.audience else self.contact

    def admits(self, mailbox: str) -> bool:
        if any(rule.email == mailbox for rule in self.without):
            return False
        return self.audience.holds(mailbox) if self.audience else mailbox == self.contact

    def knows(self, passcode: str) -> bool:
        """Whether the passcode, if there is one, was said."""
        return not self.passcode or is_passcode(passcode, self.passcode)


def questions_of(link: PublishedLink) -> Questions:
    rules = rules_of(link)
    limits = [rule.most for rule in rules if isinstance(rule, ViewLimit)]
    return Questions(
        contact=link.contact_email,
        audience=next((rule for rule in rules if isinstance(rule, Audience)), None),
        without=tuple(rule for rule in rules if isinstance(rule, Without)),
        passcode=next((rule.hashed for rule in rules if isinstance(rule, Passcode)), ""),
        terms=next((rule.version for rule in rules if isinstance(rule, Terms)), ""),
        most=min(limits, default=None),
    )
