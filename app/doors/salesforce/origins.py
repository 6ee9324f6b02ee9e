"""Which origins belong to Salesforce, and the policy that lets only them frame the panel."""

import re
from functools import cache
from urllib.parse import urlsplit

FRAMING_HOSTS = (
    "https://*.lightning.force.com",
    "https://*.my.salesforce.com",
    "https://*.vf.force.com",
    "https://*.my.salesforce-setup.com",
)
"""Who may frame pages that no verified request stands behind: help and refusals."""

_INSTANCE_SUFFIXES = (".my.salesforce.com", ".my.salesforce.mil", ".my.sfcrmproducts.cn")
"""Where an access token may be sent. A wider list would send it to whoever writes the address."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
_LOOPBACK = ("127.0.0.1", "localhost")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)


def origin_of(address: str) -> str | None:
    """The origin of an https address (http on this machine), in the spelling a policy takes; None for any other.
    Never returns a character that could end a directive."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    allowed = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not allowed or not _HOST.fullmatch(host) or parts.username is not None or parts.password is not None:
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def trusted_instance(instance_url: str, stand_in_origin: str) -> bool:
    """Whether a user's access token may be sent there."""
    origin = origin_of(instance_url)
    if origin is None:
        return False
    if stand_in_origin and origin == origin_of(stand_in_origin):
        return True
    host = urlsplit(origin).netloc
    return origin.startswith("https://") and ":" not in host and host.endswith(_INSTANCE_SUFFIXES)


def policy_for(addresses: tuple[str, ...]) -> str:
    """The policy of a page that exactly the origins of `addresses` may frame; addresses without one are left out."""
    origins = dict.fromkeys(origin for origin in map(origin_of, addresses) if origin)
    return _POLICY + (" ".join(origins) or "'none'")


@cache
def general_policy(stand_in_origin: str) -> str:
    """The policy of a page that Salesforce may frame, whichever organization it is."""
    extra = origin_of(stand_in_origin) if stand_in_origin else None
    return _POLICY + " ".join((*FRAMING_HOSTS, *([extra] if extra else [])))
