"""The HTML holds every text and every action of its document, and nothing that a text could smuggle in."""

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from cards import blocks, html, registry, room
from cards.blocks import Action, Card, FieldType, Form, FormField, to_json
from tests.cards import make, rooms
from tests.cards.page import Page, fixed, parts, said, squeeze

ROOT = Path(html.__file__).parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "</textarea></form><form action=https://evil.example>",
    "javascript:alert(1)",
    "&lt;b&gt;&#x27;&amp;",
    "]]><!--",
    "\u2028\u2029</style>",
)

CARDS = [(name, state) for name in registry.NAMES for state in sorted(make.STATES)]


def draw(card: Card, host: html.Host = html.PANEL) -> Page:
    return Page(html.render(card, host=host))


@cache
def shown(name: str, state: str) -> tuple[dict, Page]:
    """A card's document and the page drawn of it; both are only read."""
    card = registry.build(name, make.STATES[state](), make.NOW)
    return to_json(card), draw(card)


def every_kind(text: str = "Words") -> Card:
    """One card with every kind of block, every optional part filled in, and `text` wherever text may stand."""
    act = Action(label=text, command="plan.complete_step", fields={"step_id": text}, hint=text, confirm=text)
    more = tuple(
        replace(act, command="", hint=text, confirm="", **{kind: text}) for kind in ("card", "copy", "href")
    )
    inputs = tuple(
        FormField(
            name=kind.value,
            label=text,
            type=kind,
            value=text,
            help=text,
            placeholder=text,
            options=((text, text), ("b", "B")),
            max_length=9,
            min="1",
        )
        for kind in FieldType
    )
    form = Form(
        id="f", title=text, command="thread.post", submit=text, fields=inputs, fixed={"a": text}, note=text
    )
    step = blocks.StepItem(
        id="s", title=text, state="late", owner=text, side="us", due="2026-11-22", when=text, full=text,
        note=text, audience="team", refusal=text, actions=(act,), edit=replace(form, id="g", folded=True),
    )  # fmt: skip
    said_ = blocks.ThreadMessage(
        id="m", author=text, side="us", audience="team", body=text, at="2026-11-22", when=text, title=text,
        day=text, channel=text, delivery="refused", refusal=text, retry=act,
    )  # fmt: skip
    row = blocks.ListItem(text=text, detail=text, badge=text, title=text, actions=(act, *more))
    bar = blocks.Bar(label=text, start=1.0, length=2.0, detail=text)
    filled = (
        blocks.Heading(text=text, detail=text, badge=text),
        blocks.Heading(text=text, level=3),
        blocks.Text(text=text),
        blocks.Fields(items=(blocks.FieldItem(label=text, value=text, title=text, name=text),)),
        blocks.List(items=(row,), label=text),
        blocks.List(items=(row,), label=text, folded=True),
        blocks.Thread(messages=(said_, replace(said_, id="n", delivery="sent")), label=text, older=act),
        blocks.Steps(milestones=(blocks.Milestone(title=text, state="current", steps=(step,)),), label=text),
        blocks.Table(caption=text, columns=(text, text), rows=((text, text),)),
        blocks.Progress(label=text, percent=40, detail=text),
        blocks.Progress(label=text, detail=text, stages=((text, "done"), (text, "current"))),
        blocks.Status(text=text, tone=blocks.Tone.WARNING, detail=text, title=text, actions=(act,)),
        blocks.Alert(title=text, text=text, actions=(act,)),
        blocks.Chart(title=text, alternative=text, bars=(bar,), scale=(text, text), today=5.0),
        form,
        replace(form, id="h", audience="team"),
        blocks.Actions(items=(act,)),
        blocks.Empty(title=text, text=text, action=act),
        blocks.Divider(),
    )
    return Card(name="every", title=text, version="v", as_of="2026", blocks=filled)


def share() -> html.Host:
    return html.share_host(lambda command: f"/s/TOKEN/{command}", lambda command: {"csrf": f"for {command}"})


def test_every_kind_of_block_is_in_the_card_that_shows_them_all():
    assert {type(block) for block in every_kind().blocks} == set(blocks.BLOCKS)


@pytest.mark.parametrize(("name", "state"), CARDS)
def test_every_text_of_a_card_is_on_the_page(name, state):
    document, page = shown(name, state)
    everything = page.everything

    missing = [text for text in said(document) if squeeze(text) not in everything]

    assert not missing


@pytest.mark.parametrize(("name", "state"), CARDS)
def test_every_action_of_a_card_is_a_button_with_its_fields(name, state):
    document, page = shown(name, state)
    buttons = page.all("button")

    for action in parts(document, {"label", "command", "card", "copy", "href"}):
        if action["href"]:
            assert page.all("a", href=action["href"])
            continue
        same = [b for b in buttons if fixed(b) == action["fields"] and b.text.startswith(action["label"])]
        keys = ("command", "card", "copy", "confirm", "undo")
        assert any(all(b.attrs.get(f"data-{k}", "") == action[k] for k in keys) for b in same), action


@pytest.mark.parametrize(("name", "state"), CARDS)
def test_every_form_of_a_card_names_its_command_and_fields(name, state):
    document, page = shown(name, state)

    for form in parts(document, {"submit", "command"}):
        (element,) = page.all("form", data_form=form["id"])
        assert element.attrs["data-command"] == form["command"]
        assert fixed(element) == form["fixed"]


@pytest.mark.parametrize(("name", "state"), CARDS)
def test_ids_on_a_page_are_unique_and_every_label_has_its_control(name, state):
    _, page = shown(name, state)
    ids = [e.attrs["id"] for e in page.elements if "id" in e.attrs]

    assert len(ids) == len(set(ids))
    assert {e.attrs["for"] for e in page.all("label") if "for" in e.attrs} <= set(ids)


def test_the_seven_cards_can_stand_on_one_page_without_sharing_an_id():
    cards = tuple(registry.build(name, make.facts(), make.NOW) for name in registry.NAMES)
    page = Page(html.render_all(cards, host=html.PANEL))
    ids = [e.attrs["id"] for e in page.elements if "id" in e.attrs]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("host", [html.PANEL, share()], ids=["panel", "share"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_place_it_can_stand(text, host):
    calm, hostile = draw(every_kind(), host), draw(every_kind(text), host)

    assert [e.tag for e in hostile.elements] == [e.tag for e in calm.elements]
    assert [sorted(e.attrs) for e in hostile.elements] == [sorted(e.attrs) for e in calm.elements]
    assert all(e.attrs["href"] in ("#", text) for e in hostile.all("a"))
    assert hostile.holds(text)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JaVaScript:alert(1)", "data:text/html,x", "//evil.example", "x"]
)
def test_a_link_that_is_no_web_address_leads_nowhere(address):
    page = draw(
        Card(name="c", title="C", blocks=(blocks.Actions(items=(Action(label="Go", href=address),)),))
    )

    assert page.all("a")[0].attrs["href"] == "#"


@pytest.mark.parametrize("host", [html.PANEL, share()], ids=["panel", "share"])
def test_a_page_has_no_inline_script_or_style_and_no_event_handler(host):
    page = draw(every_kind(), host)

    assert not [e for e in page.elements if e.tag in ("script", "style", "iframe", "object")]
    assert not [name for e in page.elements for name in e.attrs if name == "style" or name.startswith("on")]


def test_on_the_share_page_every_action_is_a_plain_form_that_works_without_javascript():
    content, viewer = rooms.ROOMS["back_again"]()
    page = Page(html.render_all(room.build(content, viewer, make.NOW), host=share()))

    forms = page.all("form")

    assert {f.attrs["action"].removeprefix("/s/TOKEN/") for f in forms} == {
        "reply",
        "complete_step",
        "comment_step",
        "add_evidence",
        "propose_date",
        "ask_amendment",
        "download",
    }
    assert all(f.attrs["method"] == "post" for f in forms)
    assert {e.attrs["value"] for e in page.all("input", type="hidden", name="step_id")} == {"s1", "s3"}
    assert page.all("input", type="hidden", name="csrf", value="for reply")
    assert not [name for e in page.elements for name in e.attrs if name == "data-command"]


def test_headings_never_skip_a_level():
    content, viewer = rooms.ROOMS["answered"]()
    pages = [draw(registry.build(name, make.facts(), make.NOW)) for name in registry.NAMES]
    pages.append(Page(html.render_all(room.build(content, viewer, make.NOW), host=share())))

    for page in pages:
        levels = [int(e.tag[1]) for e in page.elements if re.fullmatch(r"h\d", e.tag)]
        assert levels[0] == 2
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_a_title_level_can_be_chosen_by_the_page():
    card = registry.build("overview", make.facts(), make.NOW)

    page = draw(card, replace(html.PANEL, level=3))

    assert page.all("h3")[0].text == "Partners"
    assert page.all("h4")[0].text == "Northwind Integrators"


def test_a_message_keeps_its_line_breaks_and_a_form_what_was_typed():
    typed = "first\n\n  second"
    form = Form(
        id="f", title="T", command="c", submit="S",
        fields=(FormField(name="body", label="B", type=FieldType.TEXTAREA, value=typed),),
    )  # fmt: skip
    page = draw(Card(name="c", title="C", blocks=(blocks.Text(text=typed), form)))

    assert page.all("p", **{"class": "al-text"})[0].text == typed
    assert page.all("textarea")[0].text == "\n" + typed  # a browser drops the first line end


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_switches_escaping_off_or_holds_style_or_script(path):
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"\|\s*safe|autoescape|<script|<style|\sstyle=|\son\w+=|Markup", source)
    assert len(source.splitlines()) <= 150


def test_there_is_one_template_for_each_kind_of_block():
    names = {path.stem for path in (ROOT / "templates" / "blocks").glob("*.html")}

    assert names == {block.kind for block in blocks.BLOCKS}


def test_every_class_on_a_page_is_ours_and_no_style_is_left_over():
    sheet = (ROOT / "static" / "cards.css").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    used = {name for e in draw(every_kind()).elements for name in e.attrs.get("class", "").split()}

    styled = set(re.findall(r"\.(al-[\w-]+)", sheet))

    assert all(name.startswith("al-") for name in used)
    assert not [name for name in styled if name.partition("--")[0] not in sources and "al-tone" not in name]
