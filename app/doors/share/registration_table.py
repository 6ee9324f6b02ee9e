"""Several registrations from one file, without a login: each line waits for the agent like one that was typed, or is
named with what it lacks. The report says nothing of any customer: it is made of the file and the programme alone."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request

from app.domain.registration_table import TEMPLATE, rows_of
from app.doors.share.headers import page, see_other
from app.doors.share.house import House
from app.doors.share.pages import render
from app.doors.share.refusals import TOO_OFTEN, not_found
from app.doors.share.registration import admit, asked, show
from app.doors.share.registration_values import ABOUT_YOU, asked_fields, read
from app.doors.share.visitor import form_key, require_same_origin
from app.ground.errors import AppError, Reason
from app.sharing import limits
from app.sharing.gate import Admitted
from app.storage.published.answers import put_answer

MOST_ROWS = 50
"""Of one file. An hour takes no more of them than of typed ones: probing by file is as slow as by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one line of the file; `wrong` is empty for one that was received."""

    number: int
    customer: str
    wrong: str = ""


def registration_table_door(house: House) -> Blueprint:
    door = Blueprint("registration_table", __name__)

    @door.get("/s/<token>/template.csv")
    def template(token: str) -> Response:
        return not_found() if admit(house, token, house.clock()) is None else _template()

    @door.post("/s/<token>/table")
    def table(token: str) -> Response:
        return _take(house, token)

    @door.get("/s/<token>/table")
    def again(token: str) -> Response:
        return see_other(f"/s/{token}")

    return door


def _template() -> Response:
    out = io.StringIO()
    csv.writer(out).writerow(TEMPLATE)
    answer = Response(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="registrations.csv"'
    return answer


def _take(house: House, token: str) -> Response:
    now = house.clock()
    visitor = admit(house, token, now)
    if visitor is None:
        return not_found()
    require_same_origin(request, house.origin)
    typed = {field.name: request.form.get(field.name, "")[: field.max_length] for field in ABOUT_YOU}
    who, wrong = read(ABOUT_YOU, typed)
    try:
        key = form_key(request.form.get("key", ""))
        rows = list(rows_of(_file(), MOST_ROWS))
        if not wrong and not rows:
            wrong = {"": "The file holds no line below its first one."}
        if wrong:
            return show(house, visitor, token, typed, wrong)
        if not house.limits.take(limits.FORMS_PER_ADDRESS, request.remote_addr or "", now):
            raise TOO_OFTEN
    except AppError as error:
        return show(house, visitor, token, typed, {"": error.message})
    lines = list(_lines(house, visitor, rows, who, key, now))
    house.bell.ring("inbound")
    html = render(
        "table.html",
        face=visitor.face,
        token=token,
        taken=[line for line in lines if not line.wrong],
        left=[line for line in lines if line.wrong],
    )
    return page(html)


def _file() -> str:
    """The text of the file that was chosen. Raises AppError where there is none, or it is no text."""
    found = request.files.get("file")
    if found is None or not found.filename:
        raise AppError(Reason.INVALID, "Choose a CSV file.", field="file")
    try:
        return str(found.read(), "utf-8-sig")
    except UnicodeDecodeError:
        raise AppError(
            Reason.INVALID, "Save the file as CSV in UTF-8, then send it again.", field="file"
        ) from None


def _lines(
    house: House,
    visitor: Admitted,
    rows: list[tuple[int, dict[str, str]]],
    who: dict[str, str],
    key: str,
    now: datetime,
) -> Iterator[Line]:
    asks = asked(house, visitor)
    for number, row in rows:
        fields = asked_fields(asks, row.get("region", ""))
        clean, wrong = read(fields, {field.name: row.get(field.name, field.value) for field in fields})
        customer = row.get("customer_name", "")[:200]
        if wrong:
            yield Line(number=number, customer=customer, wrong=" ".join(wrong.values()))
            continue
        try:
            if not house.limits.take(limits.FORMS_PER_LINK, visitor.link.id, now):
                raise TOO_OFTEN
            with house.database.write() as connection:
                put_answer(
                    connection,
                    visitor.link,
                    email=who["your_email"],
                    name=who["your_name"],
                    command="registration.submit",
                    fields={"partner_id": visitor.link.partner_id, **clean},
                    key=f"{key}-{number}",
                    at=now,
                )
        except AppError as error:
            yield Line(number=number, customer=customer, wrong=error.message)
        else:
            yield Line(number=number, customer=customer)
