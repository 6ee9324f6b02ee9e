"""Docebo: a completed enrolment, fetched by course and learner.

Source: developer.docebo.com, "Webhooks events" (course.enrollment.completed fires instead of …updated; a batch has
`payloads`), and the platform's own API browser (/learn/v1/enrollments, /manage/v1/user/{id}).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.credentials.port import Access, IssuerError
from app.credentials.reading import day, dig, expect, moment, months_after, text
from app.credentials.web import Web

_ID = re.compile(r"[0-9]{1,18}")


class Docebo:
    """`access.origin` is the customer's own platform, such as https://learn.acme.com; `access.token` is the id and
    the secret of an OAuth client there, with a colon between them."""

    def __init__(self, access: Access, web: Web) -> None:
        self._access = access
        self._web = web
        self._bearer = ""

    def subjects(self, body: Any) -> Sequence[str]:
        if text(body, "event") != "course.enrollment.completed":
            return ()
        many = dig(body, "payloads")
        payloads = many if isinstance(many, list) else [dig(body, "payload")]
        pairs = ((text(one, "user_id"), text(one, "course_id")) for one in payloads[:500])
        return tuple(
            f"{user}|{course}" for user, course in pairs if _ID.fullmatch(user) and _ID.fullmatch(course)
        )

    def fetch(self, subject: str) -> Mapping[str, Any] | None:
        user_id, _, course_id = subject.partition("|")
        listed = self._get(f"learn/v1/enrollments?id_user[]={user_id}&id_course[]={course_id}")
        items = dig(listed, "data", "items")
        mine = next((one for one in (items if isinstance(items, list) else ()) if _is(one, course_id)), None)
        if mine is None or text(mine, "status") != "completed":
            return None
        user = dig(self._get(f"manage/v1/user/{user_id}"), "data", "user_data")
        done = next((m for name in _DONE if (m := moment(text(mine, name)))), None)
        return {
            "source_id": subject,
            "said_at": done,
            "name": text(mine, "name") or text(mine, "course_name"),
            "credential": text(mine, "code") or course_id,
            "person_name": " ".join((text(user, "firstname"), text(user, "lastname"))).strip(),
            "person_email": text(user, "email"),
            "issuer": "Docebo",
            "issued": day(done or ""),
            "expires": months_after(day(done or ""), self._access.months),
        }

    def _get(self, path: str) -> Any:
        if not self._bearer:
            self._bearer = self._exchange()
        headers = {"Authorization": f"Bearer {self._bearer}"}
        return expect(self._web.get(f"{self._access.origin}/{path}", headers), "Docebo")

    def _exchange(self) -> str:
        """A token for this one question. It lives an hour, so none is kept."""
        client, _, secret = self._access.token.partition(":")
        fields = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": secret,
            "scope": "api",
        }
        answer = expect(self._web.post_form(f"{self._access.origin}/oauth2/token", fields), "Docebo")
        token = text(answer, "access_token", limit=4_000)
        if not token:
            raise IssuerError("Docebo does not take the client's id and secret.", retry=False)
        return token


_DONE = ("enrollment_completion_date", "date_complete", "course_complete_date", "date_last_updated")


def _is(one: Any, course_id: str) -> bool:
    return course_id in (text(one, "id"), text(one, "course_id"), text(one, "id_course"))
