"""Skilljar: a learner's course, fetched from the learner's own list.

Source: support.skilljar.com, "Using Webhooks API" (COURSE_COMPLETION, unsigned), and api.skilljar.com/docs
(GET /v1/users/{id}, GET /v1/users/{id}/published-courses; Basic, the key as user name).
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.credentials.port import Access
from app.credentials.reading import day, dig, expect, moment, months_after, text
from app.credentials.web import Web

ORIGIN = "https://api.skilljar.com"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Skilljar:
    def __init__(self, access: Access, web: Web) -> None:
        self._access = access
        self._web = web
        token = base64.b64encode(f"{access.token}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def subjects(self, body: Any) -> Sequence[str]:
        if text(body, "event_type") != "COURSE_COMPLETION":
            return ()
        user, course = text(body, "user", "id"), text(body, "course", "published_course_id")
        return (f"{user}|{course}",) if _ID.fullmatch(user) and _ID.fullmatch(course) else ()

    def fetch(self, subject: str) -> Mapping[str, Any] | None:
        user_id, _, course_id = subject.partition("|")
        user = self._get(f"users/{user_id}")
        listed = self._get(f"users/{user_id}/published-courses")
        courses = dig(listed, "results") if isinstance(listed, Mapping) else listed
        mine = [
            one
            for one in (courses if isinstance(courses, list) else ())
            if course_id in (text(one, "published_course", "id"), text(one, "id"))
        ]
        enrolment = dig(mine[0], "latest_enrollment") if mine else None
        done = moment(text(enrolment, "completed_at"))
        if done is None or text(enrolment, "success_status") == "FAILED":
            return None
        name = " ".join((text(user, "first_name"), text(user, "last_name"))).strip()
        return {
            "source_id": subject,
            "said_at": done,
            "name": text(mine[0], "published_course", "course", "title") or text(mine[0], "course", "title"),
            "credential": text(mine[0], "published_course", "course", "id") or course_id,
            "person_name": name,
            "person_email": text(user, "email"),
            "issuer": "Skilljar",
            "issued": day(done),
            "expires": months_after(day(done), self._access.months),
        }

    def _get(self, path: str) -> Any:
        return expect(self._web.get(f"{self._access.origin}/v1/{path}", self._headers), "Skilljar")
