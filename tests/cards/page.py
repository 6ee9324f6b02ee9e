"""Reads rendered HTML back, so that tests compare what is on the page with what the document says."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "hr", "br", "img", "meta", "link", "path", "circle", "rect", "line"}

SAID = {
    "text",
    "title",
    "detail",
    "badge",
    "label",
    "value",
    "author",
    "body",
    "when",
    "full",
    "day",
    "channel",
    "refusal",
    "owner",
    "note",
    "hint",
    "caption",
    "submit",
    "help",
    "placeholder",
    "confirm",
    "alternative",
    "copy",
}
"""Keys of a document whose values a person reads."""


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    source: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()
        assert not self.open, f"left open: {[e.tag for e in self.open]}"

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute stands twice on {tag}: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"{tag} closes {self.open[-1].tag}"
        self.open.pop()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def all(self, tag: str = "", **attrs: str) -> list[Element]:
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [
            e
            for e in self.elements
            if tag in ("", e.tag) and all(e.attrs.get(k) == v for k, v in wanted.items())
        ]

    def holds(self, text: str) -> bool:
        return squeeze(text) in self.everything

    @property
    def everything(self) -> str:
        top = [e.text for e in self.elements if e.tag == "article"]
        values = [value for e in self.elements for value in e.attrs.values()]
        return squeeze(" \n ".join([*top, *values]))


def squeeze(text: str) -> str:
    return " ".join(text.split())


def said(document, key=""):
    """Every text of a document that a person reads."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name not in ("fixed", "fields") or not all(isinstance(v, str) for v in value):
                yield from said(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from said(value, key if key in ("columns", "rows", "scale") else "")
    elif isinstance(document, str) and document and (key in SAID or key in ("columns", "rows", "scale")):
        yield document


def parts(document, mark):
    """Every part of a document that has all the keys of `mark`."""
    if isinstance(document, dict):
        if mark <= set(document):
            yield document
        for value in document.values():
            yield from parts(value, mark)
    elif isinstance(document, list):
        for value in document:
            yield from parts(value, mark)


def fixed(element: Element) -> dict[str, str]:
    return json.loads(element.attrs.get("data-fixed", "{}"))
