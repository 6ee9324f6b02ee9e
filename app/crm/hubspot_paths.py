"""The HubSpot endpoints this product uses, and their limits. The API version stands here and nowhere else."""

from dataclasses import dataclass

from app.domain.record import ObjectKind

HUBSPOT_API_VERSION = "2026-09"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call. `name` is what logs and metrics call it."""

    name: str
    method: str
    path: str


def _dated(name: str, method: str, path: str) -> Endpoint:
    return Endpoint(name, method, path.replace("/{v}", f"/{HUBSPOT_API_VERSION}"))


TOKEN = _dated("oauth.token", "POST", "/oauth/{v}/token")
INTROSPECT = _dated("oauth.introspect", "POST", "/oauth/{v}/token/introspect")
DETAILS = _dated("account.details", "GET", "/account-info/{v}/details")
READ = _dated("objects.read", "POST", "/crm/objects/{v}/{type}/batch/read")
CREATE = _dated("objects.create", "POST", "/crm/objects/{v}/{type}/batch/create")
UPDATE = _dated("objects.update", "POST", "/crm/objects/{v}/{type}/batch/update")
UPSERT = _dated("objects.upsert", "POST", "/crm/objects/{v}/{type}/batch/upsert")
SEARCH = _dated("objects.search", "POST", "/crm/objects/{v}/{type}/search")
RELATED = _dated("associations.read", "POST", "/crm/associations/{v}/{from}/{to}/batch/read")
ASSOCIATE = _dated(
    "associations.associate", "POST", "/crm/associations/{v}/{from}/{to}/batch/associate/default"
)
OWNERS = _dated("owners.list", "GET", "/crm/owners/{v}")
PROPERTIES = _dated("properties.list", "GET", "/crm/properties/{v}/{type}")
PROPERTIES_CREATE = _dated("properties.create", "POST", "/crm/properties/{v}/{type}/batch/create")
GROUPS = _dated("groups.list", "GET", "/crm/properties/{v}/{type}/groups")
GROUP_CREATE = _dated("groups.create", "POST", "/crm/properties/{v}/{type}/groups")
PIPELINES = _dated("pipelines.list", "GET", "/crm/pipelines/{v}/{type}")
FILE = _dated("files.read", "GET", "/files/{v}/files/{id}")
FILE_ADDRESS = _dated("files.address", "GET", "/files/{v}/files/{id}/signed-url")

BATCH = 100
RELATED_BATCH = 1_000
ASSOCIATE_BATCH = 2_000
SEARCH_PAGE = 200
SEARCH_BODY_CHARS = 3_000
SEARCHES_PER_SECOND = 5
NOTE_CHARS = 65_536

TYPES = {ObjectKind.DEAL: "deals", ObjectKind.COMPANY: "companies", ObjectKind.CONTACT: "contacts"}

MODIFIED = {
    "deals": "hs_lastmodifieddate",
    "companies": "hs_lastmodifieddate",
    "contacts": "lastmodifieddate",
}
"""The property that holds the time of modification; contacts kept an older name for it."""

ASSOCIATION = {
    ("notes", "deals"): 214,
    ("notes", "companies"): 190,
    ("tasks", "deals"): 216,
    ("tasks", "companies"): 192,
}
"""HubSpot's own association types, for records that are created together with their associations."""

PRIMARY = frozenset({5, 1, 6, 2})
"""Association types that say `primary`: deal to company, contact to company, and their other directions."""
