"""A form of a page as a browser would send it untouched."""

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


def fields(html: str, action: str) -> MultiDict[str, str]:
    """The names and values of what stands in the form of this address; no button is pressed."""
    reader = _Reader(action)
    reader.feed(html)
    return MultiDict(reader.found)


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._action, self._inside, self._text, self._select = action, False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("action") == self._action
        if not self._inside:
            return
        if tag == "input" and (said.get("type") != "checkbox" or "checked" in said):
            self.found.append((said["name"], said.get("value", "")))
        elif tag == "textarea":
            self._text = said["name"]
            self.found.append((self._text, ""))
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option" and ("selected" in said or not any(n == self._select for n, _ in self.found)):
            self.found = [(n, v) for n, v in self.found if n != self._select]
            self.found.append((self._select, said["value"]))

    def handle_data(self, data: str) -> None:
        if self._text:
            self.found[-1] = (self._text, self.found[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "form":
            self._inside = False
