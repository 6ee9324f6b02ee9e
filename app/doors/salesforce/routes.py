"""The Salesforce door's addresses: parse, authenticate, call, render."""

import json
from datetime import timedelta

from flask import Blueprint, Response, render_template, request

from app.domain.actor import ActorKind
from app.domain.record import RecordKey
from app.doors.command_body import MAX_BYTES, read_command_body, record_key
from app.doors.problems import answer_problems, as_app_error, problem
from app.doors.salesforce.admission import NO_RECORD, RENEWAL_GRACE, Admission, admit, renew
from app.doors.salesforce.door import SalesforceDoor
from app.doors.salesforce.origins import general_policy, policy_for
from app.ground.errors import AppError, Reason
from app.identity.canvas_request import MAX_LENGTH, salesforce_id
from app.identity.tokens import Audience, Bearer
from cards.blocks import to_json

CARDS = (
    ("overview", "Overview"),
    ("thread", "Thread"),
    ("plan", "Plan"),
    ("registration", "Registration"),
    ("certifications", "Certifications"),
    ("conflicts", "Conflicts"),
    ("sharing", "Sharing"),
)
"""The tabs of the panel, in the order a seller asks."""

FORM_BYTES = 3 * MAX_LENGTH + 1024
"""A signed request as a form field: percent-encoding may triple it."""


def create_blueprint(door: SalesforceDoor) -> Blueprint:
    """The routes under /salesforce. It sets no cookie and reads none."""
    blueprint = Blueprint(
        "salesforce",
        __name__,
        url_prefix="/salesforce",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    _add_canvas(blueprint, door)
    _add_panel(blueprint, door)
    answer_problems(blueprint)

    @blueprint.after_request
    def harden(answer: Response) -> Response:
        """No X-Frame-Options: it knows one origin at most, and would win over the policy in old browsers."""
        answer.headers.setdefault("Content-Security-Policy", general_policy(door.stand_in_origin))
        if request.endpoint != "salesforce.static":
            answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return blueprint


def _add_canvas(blueprint: Blueprint, door: SalesforceDoor) -> None:
    @blueprint.post("/canvas")
    def open_panel() -> Response:
        try:
            admission = admit(door, _signed_request())
        except Exception as error:  # noqa: BLE001 - a person looks at this frame, so even a surprise is a page
            return _refusal_page(*as_app_error(error))
        return _panel_page(door, admission)

    @blueprint.get("/canvas")
    def explain() -> Response:
        """Salesforce itself comes here by GET when the user has not been authorised beforehand."""
        unauthorised = "_sfdc_canvas_authvalue" in request.args
        return Response(render_template("salesforce/help.html", unauthorised=unauthorised))

    @blueprint.post("/canvas/renew")
    def renew_bearer() -> Response:
        old = _bearer(door, grace=RENEWAL_GRACE)
        return _json({"ok": True, "token": renew(door, _signed_request(), old)})


def _add_panel(blueprint: Blueprint, door: SalesforceDoor) -> None:
    @blueprint.get("/panel/cards/<card>")
    def show_card(card: str) -> Response:
        bearer = _bearer(door)
        params = request.args.to_dict()
        _same_record(bearer, record_key(params.pop("objectType", None), params.pop("objectId", None)))
        document = door.cards.card(bearer.tenant_id, bearer.actor, bearer.record, card, params)
        wants_json = (
            request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
        )
        answer = (
            _json({"ok": True, "card": to_json(document)}) if wants_json else Response(door.render(document))
        )
        answer.headers["Vary"] = "Accept, Authorization"
        if document.version:
            answer.set_etag(document.version, weak=True)
            answer.make_conditional(request)
        return answer

    @blueprint.post("/panel/actions/<command>")
    def run_command(command: str) -> Response:
        bearer = _bearer(door)
        if command == "admin.enter":
            url = _admin_url(door, bearer)
            return _json({"ok": True, "result": {"url": url}, "message": "Open this page within a minute."})
        if not request.is_json:
            raise AppError(Reason.UNSUPPORTED, "Send the request as JSON.")
        request.max_content_length = MAX_BYTES
        body = read_command_body(request.get_data(cache=False))
        _same_record(bearer, body.record)
        done = door.commands.run(
            bearer.tenant_id, bearer.actor, command, bearer.record, body.fields, body.key
        )
        return _json({"ok": True, "result": dict(done.result), "message": done.message})


def _signed_request() -> str:
    """The form field, exactly once and only from the body: an address lands in logs and is decoded differently."""
    request.max_content_length = FORM_BYTES
    request.max_form_memory_size = FORM_BYTES
    values = request.form.getlist("signed_request")
    if len(values) != 1:
        raise AppError(Reason.MALFORMED, "Send the form field signed_request exactly once.")
    return values[0]


def _bearer(door: SalesforceDoor, *, grace: timedelta = timedelta(0)) -> Bearer:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = (
        door.tokens.verify(Audience.SALESFORCE_PANEL, token.strip(), grace=grace)
        if scheme.lower() == "bearer"
        else None
    )
    if bearer is None:
        raise AppError(Reason.UNAUTHENTICATED, "Send the panel's bearer. Reload the record page to get one.")
    return bearer


def _same_record(bearer: Bearer, claimed: RecordKey | None) -> None:
    """The bearer names the record. What the request names may repeat it, in either length of id, and no more."""
    if claimed is None:
        return
    if claimed.object is not bearer.record.object or salesforce_id(claimed.crm_id) != bearer.record.crm_id:
        raise AppError(Reason.UNKNOWN_RECORD, NO_RECORD)


def _admin_url(door: SalesforceDoor, bearer: Bearer) -> str:
    if door.tickets is None or bearer.actor.kind is not ActorKind.ADMIN:
        raise AppError(Reason.FORBIDDEN, "Only an admin can open the Alongside settings.")
    return f"{door.origin}/admin/enter?ticket={door.tickets.issue(bearer.tenant_id, bearer.actor)}"


def _panel_page(door: SalesforceDoor, admission: Admission) -> Response:
    sent = admission.request
    session = {
        "token": admission.bearer,
        "instanceId": sent.instance_id,
        "targetOrigin": sent.target_origin,
        "record": str(admission.record),
        "zone": sent.time_zone,
        "locale": sent.language,
    }
    page = Response(
        render_template(
            "salesforce/panel.html",
            session=session,
            cards=CARDS,
            language=sent.language.replace("_", "-"),
            admin=door.tickets is not None and admission.actor.kind is ActorKind.ADMIN,
        )
    )
    page.headers["Content-Security-Policy"] = policy_for(
        (sent.target_origin, sent.location_url, sent.instance_url)
    )
    return page


def _refusal_page(error: AppError, status: int | None) -> Response:
    """A page for a browser, a problem document for a program."""
    if request.accept_mimetypes.accept_html and "text/html" in request.headers.get("Accept", ""):
        return Response(render_template("salesforce/refusal.html", error=error), status or error.status)
    return problem(error, status)


def _json(body: dict[str, object]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
