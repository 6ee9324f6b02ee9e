"""Where a seller sits: a record page of either CRM with our cards in it."""

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

PATIENCE = 45_000


class Seat:
    """A record page; `card` is the place where the cards are drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.goto(address)

    def show(self, name: str) -> Locator:
        raise NotImplementedError

    def change_stage(self, value: str) -> None:
        raise NotImplementedError

    def form(self, card: str, title: str) -> Locator:
        """The form of this title on that card, unfolded."""
        raise NotImplementedError

    def give(self, card: str, title: str, submit: str, **values: str) -> None:
        """Fills in a form by how the labels of its fields begin, and sends it; once it is taken, it folds. A label's
        spaces are underlines here."""
        form = self.form(card, title)
        for label, value in values.items():
            put(form.get_by_label(re.compile(f"^{label.replace('_', ' ')}")).first, value)
        form.get_by_role("button", name=submit, exact=True).click()
        expect(form.get_by_role("button", name=submit, exact=True)).to_be_hidden(timeout=PATIENCE)

    def shows(self, card: str, text: str) -> None:
        """The card says this, soon: the page is loaded again until it does."""
        for last in (*[False] * 9, True):
            place = self.show(card)
            try:
                expect(place).to_contain_text(text, timeout=PATIENCE if last else 2_000)
            except AssertionError:
                if last:
                    raise
                self.page.reload()
            else:
                return


class HubspotSeat(Seat):
    @property
    def card(self) -> Locator:
        return self.page.get_by_test_id("card-tab")

    def show(self, name: str) -> Locator:
        self.card.get_by_role("tab", name=name).click()
        panel = self.card.get_by_role("tabpanel", name=name)
        expect(panel.get_by_role("button", name="Refresh")).to_be_visible(timeout=PATIENCE)
        return panel

    def form(self, card: str, title: str) -> Locator:
        panel = self.show(card)
        panel.get_by_role("button", name=title, exact=True).first.click()
        return panel.locator("form", has=self.page.get_by_text(title, exact=True)).first

    def change_stage(self, value: str) -> None:
        self.page.get_by_label("Deal Stage").select_option(value)
        expect(self.page.locator('[data-note="dealstage"]')).to_have_text("Saved")


class SalesforceSeat(Seat):
    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#canvas-frame")

    def show(self, name: str) -> Locator:
        self.frame.get_by_role("tab", name=name).click()
        card = self.frame.locator(f"#card[data-card={name.lower()}]")
        expect(card).to_have_attribute("aria-busy", "false", timeout=PATIENCE)
        return card

    def form(self, card: str, title: str) -> Locator:
        fold = self.show(card).locator("details", has=self.frame.locator("summary", has_text=title)).first
        fold.evaluate("fold => { fold.open = true; }")
        return fold.locator("form").first

    def unfold(self, command: str) -> Locator:
        """The form of a command, opened if it is folded."""
        form = self.frame.locator(f"form[data-command='{command}']").first
        form.evaluate("form => { const fold = form.closest('details'); if (fold) fold.open = true; }")
        return form

    def change_stage(self, value: str) -> None:
        self.page.get_by_role("button", name=value).click()
        expect(self.page.locator("[data-field=StageName]")).to_contain_text(value)


def put(field: Locator, value: str) -> None:
    """Types into a field, or chooses what begins so."""
    if field.evaluate("field => field.tagName") != "SELECT":
        field.fill(value)
        return
    labels = field.locator("option").all_inner_texts()
    field.select_option(label=next(label for label in labels if label.startswith(value)))


SEATS = {"hubspot": HubspotSeat, "salesforce": SalesforceSeat}
