"""The content catalogue: what fits every deal, a stage, a product or a type of partner, renewed and retired, with
what was opened of it. At most one item fits a deal of the demo's own story."""

from dataclasses import replace

from app.demo.pipeline import Stage
from app.demo.states.cast import customer
from app.demo.states.scene import AtStage, By, Do, Known, On, Scene, Shown, do

PLACE = "https://learn.alongside.example"
CATALOGUE = "Admin pages: Content"
CARD = "Overview and Certifications card; share page where the safelist shows content"


def _save(title: str, page: str, *, ago: float, **more: object) -> Do:
    return do("content.save", By.ADMIN, On.NOTHING, ago=ago, title=title, url=f"{PLACE}/{page}", **more)


def _item(key: str, state: str, *does: Do, at: str = "", partner: str = "") -> Scene:
    """`at` is the customer on whose deal it is recommended, and opened by both sides."""
    title = str(does[-1].fields.get("title", does[0].fields["title"]))
    seen = [Shown(subject="Content", state=state, record=title, where=CATALOGUE)]
    opened: tuple[Do, ...] = ()
    if at:
        deal = customer(at).deal
        seen.append(Shown(subject="Content", state=f"recommended: {title}", record=deal, where=CARD))
        opened = tuple(
            replace(do("content.open", by, ago=1, item_id=Known("item_id")), customer=at)
            for by in (By.SELLER, By.PARTNER, By.PARTNER)
        )
    return Scene(key=f"content-{key}", customer=at, partner=partner, does=(*does, *opened), shows=tuple(seen))


CONTENT = (
    _item("all", "for every deal", _save("How we work with partners", "partners", ago=90)),
    _item(
        "product",
        "for a product, renewed: version 2",
        _save("Sensor Gateway: sizing guide", "sensor-gateway/1", ago=80, product="Sensor Gateway"),
        _save(
            "Sensor Gateway: sizing guide with the new antenna",
            *("sensor-gateway/2",),
            ago=12,
            product="Sensor Gateway",
            item_id=Known("item_id"),
            version=1,
        ),
        at="cobalt",
        partner="relecloud",
    ),
    _item(
        "both",
        "for a product at one stage",
        _save(
            "Edge Suite: answers for the security review",
            *("edge-suite/security",),
            ago=60,
            product="Edge Suite",
            stage=AtStage(Stage.EVALUATION),
        ),
        at="duskwood",
        partner="adatum",
    ),
    _item(
        "type",
        "for a product and one type of partner",
        _save(
            "Managed Rollout: validation checklist",
            *("managed-rollout/validation",),
            ago=45,
            product="Managed Rollout",
            stage=AtStage(Stage.EVALUATION),
            partner_types=["system_integrator"],
        ),
        at="juniper",
        partner="woodgrove",
    ),
    _item(
        "stage",
        "for one stage",
        _save("Questions for a first meeting", "first-meeting", ago=30, stage=AtStage(Stage.PROSPECTING)),
    ),
    _item(
        "retired",
        "retired",
        _save("Predict Add-on: launch offer", "predict/launch", ago=120, product="Predict Add-on"),
        do("content.retire", By.ADMIN, On.NOTHING, ago=20),
    ),
)
