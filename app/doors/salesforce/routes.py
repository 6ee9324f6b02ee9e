"""The Salesforce door's addresses: parse, authenticate, call, render."""

import json
from datetime import timedelta

from flask import Blueprint, Response, render_template, request

from app.domain.actor import ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.doors.command_body import MAX_BYTES, read_command_body, record_key
from app.doors.ports import LIVE_CARDS
from app.doors.problems import answer_problems, as_app_error, problem
from app.doors.salesforce import embed
from app.doors.salesforce.admission import (
    ADMIN_PAGE,
    NO_RECORD,
    RENEWAL_GRACE,
    Admission,
    Entry,
    admit,
    admit_admin,
    enter,
    renew,
)
from app.doors.salesforce.door import SalesforceDoor
from app.doors.salesforce.origins import general_policy, policy_for
from app.ground.errors import AppError, Reason
from app.identity.canvas_request import MAX_LENGTH, CanvasRequest, salesforce_id, verify
from app.identity.tokens import Audience, Bearer
from cards.blocks import to_json
from cards.registry import OF_PEOPLE

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

CARDS_OF_PEOPLE = tuple(card for card in CARDS if card[0] in OF_PEOPLE)

OPEN_TO_FRAMES = frozenset(
    f"salesforce.{name}" for name in ("static", "show_card", "run_command", "exchange_code")
)
"""What a page of any origin may ask for. A frame that Salesforce sandboxes has none of its own, so even its own
server is another origin to it. There is no cookie here: what opens a door is a bearer or a code out of the page."""

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
    _add_embedding(blueprint, door)
    answer_problems(blueprint)

    @blueprint.after_request
    def harden(answer: Response) -> Response:
        """No X-Frame-Options: it knows one origin at most, and would win over the policy in old browsers."""
        answer.headers.setdefault("Content-Security-Policy", general_policy(door.stand_in_origin))
        if request.endpoint != "salesforce.static":
            answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        if request.endpoint in OPEN_TO_FRAMES:
            _let_frames_read(answer)
        return answer

    return blueprint


def _let_frames_read(answer: Response) -> None:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = "ETag"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
        answer.headers["Access-Control-Max-Age"] = "7200"


def _add_canvas(blueprint: Blueprint, door: SalesforceDoor) -> None:
    @blueprint.post("/canvas")
    def open_panel() -> Response:
        try:
            entry = enter(door, _signed_request())
            if entry.request.page == ADMIN_PAGE:
                return _admin_page(entry, admit_admin(door, entry))
            return _panel_page(door, admit(door, entry))
        except Exception as error:  # noqa: BLE001 - a person looks at this frame, so even a surprise is a page
            refusal, status = as_app_error(error)
            if refusal.reason is Reason.REPLAYED and _for_a_person():
                return _again_page(door, refusal)
            return _refusal_page(refusal, status)

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

        def build() -> tuple[str, str, str]:
            params = request.args.to_dict()
            _same_record(bearer, record_key(params.pop("objectType", None), params.pop("objectId", None)))
            document = door.cards.card(bearer.tenant_id, bearer.actor, bearer.record, card, params)
            wanted = request.accept_mimetypes.best_match(["text/html", "application/json"])
            if wanted == "application/json":
                body = json.dumps({"ok": True, "card": to_json(document)}, ensure_ascii=False)
                return body, "application/json", document.version
            return door.render(document), "text/html", document.version

        who = (bearer.tenant_id, bearer.actor, bearer.record)
        key = ("salesforce", *who, card, request.query_string, request.headers.get("Accept", ""))
        place = lambda: (bearer.tenant_id, bearer.record)  # noqa: E731
        body, mimetype, version = build() if card in LIVE_CARDS else door.answers.get(key, place, build)
        answer = Response(body, mimetype=mimetype)
        answer.headers["Vary"] = "Accept, Authorization"
        if version:
            answer.set_etag(version, weak=True)
            if "If-None-Match" in request.headers:
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


def _add_embedding(blueprint: Blueprint, door: SalesforceDoor) -> None:
    @blueprint.get("/embed")
    def embedded_panel() -> Response:
        """An empty panel: it says nothing to anybody before its page hands it a code."""
        return Response(
            render_template("salesforce/panel.html", host="embedding", session=None, cards=CARDS, admin=True)
        )

    @blueprint.post("/embed/mint")
    def mint_code() -> Response:
        return _json(embed.mint(door))

    @blueprint.post("/embed/exchange")
    def exchange_code() -> Response:
        old = _bearer(door, grace=RENEWAL_GRACE) if "Authorization" in request.headers else None
        return _json(embed.exchange(door, old))

    @blueprint.post("/admin")
    def open_admin() -> Response:
        """From the admin tab, in a window of its own: the admin pages have a cookie, which no frame may keep."""
        try:
            return Response(status=303, headers={"Location": _admin_url(door, _admin_bearer(door))})
        except Exception as error:  # noqa: BLE001 - as above
            return _refusal_page(*as_app_error(error))


def _admin_bearer(door: SalesforceDoor) -> Bearer:
    bearer = door.tokens.verify(Audience.SALESFORCE_ADMIN, request.form.get("token", ""))
    if bearer is None:
        raise AppError(Reason.UNAUTHENTICATED, "Open this page from the Alongside tab.")
    return bearer


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
        "admin": door.tickets is not None and admission.actor.kind is ActorKind.ADMIN,
        "zone": sent.time_zone,
        "locale": sent.language,
    }
    page = Response(
        render_template(
            "salesforce/panel.html",
            host="canvas",
            session=session,
            cards=CARDS_OF_PEOPLE if admission.record.object is ObjectKind.CONTACT else CARDS,
            language=sent.language.replace("_", "-"),
            admin=session["admin"],
        )
    )
    return _framed_by(sent, page)


def _admin_page(entry: Entry, token: str) -> Response:
    page = Response(
        render_template(
            "salesforce/admin.html",
            tenant=entry.tenant,
            token=token,
            language=entry.request.language.replace("_", "-"),
        )
    )
    return _framed_by(entry.request, page)


def _framed_by(sent: CanvasRequest, page: Response) -> Response:
    """The page, for exactly the origins that the verified request named."""
    page.headers["Content-Security-Policy"] = policy_for(
        (sent.target_origin, sent.location_url, sent.instance_url)
    )
    return page


def _for_a_person() -> bool:
    return request.accept_mimetypes.accept_html and "text/html" in request.headers.get("Accept", "")


def _again_page(door: SalesforceDoor, error: AppError) -> Response:
    """For a frame that was reloaded: the browser posts the same request again, which opens nothing, but was signed
    and so tells which host to ask for a new one."""
    sent = verify(_signed_request(), door.secrets)
    session = {"instanceId": sent.instance_id, "targetOrigin": sent.target_origin}
    page = Response(render_template("salesforce/again.html", session=session, error=error), error.status)
    return _framed_by(sent, page)


def _refusal_page(error: AppError, status: int | None) -> Response:
    """A page for a browser, a problem document for a program."""
    if _for_a_person():
        return Response(render_template("salesforce/refusal.html", error=error), status or error.status)
    return problem(error, status)


def _json(body: dict[str, object]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
