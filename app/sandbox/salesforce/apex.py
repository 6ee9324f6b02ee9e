"""The package's own Apex REST, answered as the org would: only where the package is installed."""

from flask import Blueprint, Response, jsonify

from app.sandbox.salesforce.errors import Refusal
from app.sandbox.salesforce.oauth import bearer_token, the_org

blueprint = Blueprint("salesforce_apex", __name__, url_prefix="/services/apexrest")


@blueprint.get("/alongside/me")
def me() -> tuple[Response, int]:
    """What AlongsideAccess.cls says of whoever asks."""
    org = the_org()
    user_id = org.session_user(bearer_token())
    if user_id is None:
        refusal = Refusal("INVALID_SESSION_ID", "Session expired or invalid")
        return jsonify(refusal.body()), refusal.status
    org.used += 1
    if not org.packaged:
        refusal = Refusal("NOT_FOUND", "Could not find a match for URL")
        return jsonify(refusal.body()), 404
    return jsonify(permissions=org.permissions_of(user_id)), 200
