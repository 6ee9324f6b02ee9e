"""Which adapter speaks to which issuer. A new one is one file and one line here."""

from collections.abc import Callable, Mapping

from app.credentials.accredible import ORIGIN as ACCREDIBLE_ORIGIN
from app.credentials.accredible import Accredible
from app.credentials.credly import ORIGIN as CREDLY_ORIGIN
from app.credentials.credly import Credly
from app.credentials.docebo import Docebo
from app.credentials.port import Access, Issuer
from app.credentials.skilljar import ORIGIN as SKILLJAR_ORIGIN
from app.credentials.skilljar import Skilljar
from app.credentials.web import Web
from app.domain.certification import Source

_ADAPTERS: Mapping[Source, Callable[[Access, Web], Issuer]] = {
    Source.SKILLJAR: Skilljar,
    Source.DOCEBO: Docebo,
    Source.CREDLY: Credly,
    Source.ACCREDIBLE: Accredible,
}

ORIGINS: Mapping[Source, str] = {
    Source.SKILLJAR: SKILLJAR_ORIGIN,
    Source.CREDLY: CREDLY_ORIGIN,
    Source.ACCREDIBLE: ACCREDIBLE_ORIGIN,
}
"""Where those that have one address for all customers are asked. A Docebo platform has its own."""


def connect(source: Source, access: Access, web: Web) -> Issuer:
    """The issuer. Raises KeyError for a source that is none."""
    return _ADAPTERS[source](access, web)
