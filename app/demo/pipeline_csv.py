"""A pipeline export (accounts, products, sellers, opportunities as CSV) as neutral data. Pure but for reading.

Every row is taken as it is, mended, guessed or refused, and the report says which, where and why.
"""

import statistics
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from app.demo.csv_report import Report
from app.demo.csv_table import Row, read_table
from app.demo.csv_values import Reading, T, closest, read_amount, read_count, read_date
from app.demo.pipeline import (
    Pipeline,
    SampleAccount,
    SampleDeal,
    SampleOwner,
    Stage,
    make_key,
    normalised,
    slug,
)

ACCOUNTS, PRODUCTS, TEAMS, DEALS = "accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"
PREFIX = "csv"

NAME_LIMIT = 120
"""Characters of a name: Salesforce takes no longer opportunity name."""

STAGES = {
    "prospecting": Stage.PROSPECTING,
    "engaging": Stage.ENGAGING,
    "evaluation": Stage.EVALUATION,
    "proposal": Stage.PROPOSAL,
    "negotiation": Stage.NEGOTIATION,
    "won": Stage.WON,
    "closedwon": Stage.WON,
    "lost": Stage.LOST,
    "closedlost": Stage.LOST,
}
"""The export's stage, normalised. A stage that is not here is refused: it would move money."""

SECTORS = (
    *("technology", "medical", "retail", "software", "entertainment", "marketing", "finance"),
    *("telecommunications", "employment", "services", "manufacturing", "education", "energy", "logistics"),
)
COUNTRIES = (
    *(
        "United States",
        "Canada",
        "Mexico",
        "Brazil",
        "Panama",
        "United Kingdom",
        "Germany",
        "France",
        "Italy",
    ),
    *("Spain", "Belgium", "Netherlands", "Norway", "Sweden", "Poland", "Romania", "Kenya", "Jordan", "India"),
    *("China", "Japan", "Korea", "Philippines", "Australia", "Switzerland", "Austria"),
)

USUAL_CYCLE = timedelta(days=60)
"""How long a deal takes, where the export has no won deal to tell."""

SOONEST = timedelta(days=14)
"""An open deal without a close date is not expected to close sooner than this after the export."""

ERA = timedelta(days=5 * 365)
"""A date further from the export's middle is a slip: one of them would move the whole pipeline."""


_Draft = tuple[int, SampleDeal]
"""A deal and the line it comes from."""


@dataclass(slots=True)
class Book:
    """What the small tables say, by normalised name, for the opportunities to refer to."""

    report: Report
    owners: dict[str, SampleOwner] = field(default_factory=dict)
    accounts: dict[str, SampleAccount] = field(default_factory=dict)
    products: dict[str, tuple[str, Decimal | None]] = field(default_factory=dict)


def read_pipeline(folder: Path) -> tuple[Pipeline, Report]:
    """The pipeline in the folder and what was done to it. Never raises: the worst is an empty pipeline."""
    book = Book(report=Report())
    _read_products(folder, book)
    _read_owners(folder, book)
    _read_accounts(folder, book)
    deals = _finish(_read_deals(folder, book), book)
    owners, accounts = tuple(book.owners.values()), tuple(book.accounts.values())
    return Pipeline(owners=owners, accounts=accounts, deals=tuple(deals)), book.report


def latest_day(pipeline: Pipeline) -> date | None:
    """The last day on which something happened: an opening, or the close of a deal that is won or lost."""
    opened = [deal.opened for deal in pipeline.deals if deal.opened]
    closed = [deal.closes for deal in pipeline.deals if deal.closes and not deal.stage.open]
    return max((*opened, *closed), default=None)


def made_current(pipeline: Pipeline, today: date) -> tuple[Pipeline, timedelta]:
    """The pipeline with its dates moved so that its latest day is today, and how far they moved."""
    latest = latest_day(pipeline)
    by = today - latest if latest else timedelta()
    return pipeline.shifted(by), by


def _take(reading: Reading[T], row: Row, file: str, column: str, report: Report) -> T | None:
    if reading.guess:
        report.guessed(file, row.line, column, reading.guess)
    if reading.fault:
        report.refused(file, row.line, column, reading.fault)
    return reading.value


def _read_products(folder: Path, book: Book) -> None:
    for row in read_table(folder / PRODUCTS, ("product",), ("sales_price", "series"), book.report):
        if row["product"]:
            price = _take(read_amount(row["sales_price"]), row, PRODUCTS, "sales_price", book.report)
            book.products.setdefault(normalised(row["product"]), (row["product"], price))


def _read_owners(folder: Path, book: Book) -> None:
    optional = ("manager", "regional_office")
    for row in read_table(folder / TEAMS, ("sales_agent",), optional, book.report):
        name = row["sales_agent"]
        if not name:
            book.report.refused(TEAMS, row.line, "sales_agent", "A seller without a name.", whole_row=True)
        elif normalised(name) in book.owners:
            book.report.mended(
                TEAMS, row.line, "sales_agent", f"{name} is named twice; the first row counts."
            )
        else:
            owner = _owner(name, row["manager"], row["regional_office"])
            book.owners[normalised(name)] = owner
            sentence = (
                "Sellers have no address in the export; one that cannot receive mail is made from the name."
            )
            book.report.guessed(TEAMS, row.line, "email", sentence)


def _owner(name: str, manager: str = "", team: str = "") -> SampleOwner:
    key = make_key(PREFIX, "seller", name)
    address = slug(name).replace("-", ".") or key.rsplit("-", 1)[-1]
    return SampleOwner(
        key=key, name=name[:NAME_LIMIT], email=f"{address[:60]}@sales.example", manager=manager, team=team
    )


def _read_accounts(folder: Path, book: Book) -> None:
    optional = ("sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of")
    parents: dict[str, Row] = {}
    for row in read_table(folder / ACCOUNTS, ("account",), optional, book.report):
        name, form = row["account"], normalised(row["account"])
        if not form:
            book.report.refused(ACCOUNTS, row.line, "account", "A company without a name.", whole_row=True)
        elif form in book.accounts:
            book.report.mended(ACCOUNTS, row.line, "account", f"{name} is named twice; the first row counts.")
        else:
            book.accounts[form] = _account(row, book.report)
            parents[form] = row
    for form, row in parents.items():
        if row["subsidiary_of"]:
            _set_parent(form, row, book)


def _account(row: Row, report: Report) -> SampleAccount:
    revenue = _take(read_amount(row["revenue"]), row, ACCOUNTS, "revenue", report)
    _take(read_count(row["year_established"]), row, ACCOUNTS, "year_established", report)
    return SampleAccount(
        key=make_key(PREFIX, "company", row["account"]),
        name=row["account"][:NAME_LIMIT],
        industry=_known(row, "sector", SECTORS, report),
        country=_known(row, "office_location", COUNTRIES, report),
        employees=_take(read_count(row["employees"]), row, ACCOUNTS, "employees", report),
        revenue=revenue * 1_000_000 if revenue is not None else None,  # the export counts in millions
    )


def _known(row: Row, column: str, words: tuple[str, ...], report: Report) -> str:
    """The cell with its spelling put right where only one known word can be meant; other words stay."""
    cell = row[column]
    found, certain = closest(cell, words) if cell else (None, True)
    if found is None or found == cell:
        return cell
    tell = report.mended if certain else report.guessed
    tell(ACCOUNTS, row.line, column, f"{cell!r} is spelt {found!r}.")
    return found


def _set_parent(form: str, row: Row, book: Book) -> None:
    parent = normalised(row["subsidiary_of"])
    if parent not in book.accounts:
        sentence = f"The parent {row['subsidiary_of']!r} is not in the file; the company stands alone."
        book.report.refused(ACCOUNTS, row.line, "subsidiary_of", sentence)
        return
    if _is_above(form, parent, book):
        sentence = "The company would be above itself; it stands alone."
        book.report.refused(ACCOUNTS, row.line, "subsidiary_of", sentence)
        return
    book.accounts[form] = replace(book.accounts[form], parent_key=book.accounts[parent].key)


def _is_above(form: str, parent: str, book: Book) -> bool:
    """Whether `form` is the parent itself or one of its parents; the links so far hold no circle."""
    by_key = {account.key: account for account in book.accounts.values()}
    above: SampleAccount | None = book.accounts[parent]
    while above is not None:
        if above.key == book.accounts[form].key:
            return True
        above = by_key[above.parent_key] if above.parent_key else None
    return False


def _read_deals(folder: Path, book: Book) -> list[_Draft]:
    required = ("opportunity_id", "deal_stage")
    optional = ("sales_agent", "product", "account", "engage_date", "close_date", "close_value")
    deals: dict[str, _Draft] = {}
    for row in read_table(folder / DEALS, required, optional, book.report):
        deal = _deal(row, book)
        if deal is None:
            continue
        if deal.key in deals:
            sentence = f"{row['opportunity_id']} is there twice; the first row counts."
            book.report.refused(DEALS, row.line, "opportunity_id", sentence, whole_row=True)
            continue
        deals[deal.key] = (row.line, deal)
    return list(deals.values())


def _deal(row: Row, book: Book) -> SampleDeal | None:
    number = row["opportunity_id"]
    if not number:
        book.report.refused(
            DEALS, row.line, "opportunity_id", "An opportunity without an id.", whole_row=True
        )
        return None
    stage = STAGES.get(normalised(row["deal_stage"]))
    if stage is None:
        sentence = f"{row['deal_stage'][:40]!r} is not a stage that is known; the row is not imported."
        book.report.refused(DEALS, row.line, "deal_stage", sentence, whole_row=True)
        return None
    product = _product(row, book)
    account = _deal_account(row, book)
    owner = _deal_owner(row, book)
    opened, closes = _dates(row, book.report)
    name = f"{account.name} · {product}" if account else f"{product or 'Opportunity'} ({number})"
    return SampleDeal(
        key=make_key(PREFIX, "deal", number),
        name=name.removesuffix(" · ")[:NAME_LIMIT],
        stage=stage,
        account_key=account.key if account else None,
        owner_key=owner.key if owner else None,
        amount=_take(read_amount(row["close_value"]), row, DEALS, "close_value", book.report),
        opened=opened,
        closes=closes,
        product=product,
    )


def _product(row: Row, book: Book) -> str:
    cell = row["product"]
    if not cell or not book.products:
        return cell[:NAME_LIMIT]
    found, certain = closest(cell, [name for name, _ in book.products.values()])
    if found is None:
        book.report.guessed(
            DEALS, row.line, "product", f"{cell[:40]!r} is not in {PRODUCTS}; it is kept as it is."
        )
        return cell[:NAME_LIMIT]
    if found != cell:
        tell = book.report.mended if certain else book.report.guessed
        tell(DEALS, row.line, "product", f"{cell!r} is spelt {found!r} in {PRODUCTS}.")
    return found


def _deal_account(row: Row, book: Book) -> SampleAccount | None:
    cell = row["account"]
    if not normalised(cell):
        book.report.mended(DEALS, row.line, "account", "No company is named; the deal stands without one.")
        return None
    found = book.accounts.get(normalised(cell))
    if found is None:
        found = SampleAccount(key=make_key(PREFIX, "company", cell), name=cell[:NAME_LIMIT])
        book.accounts[normalised(cell)] = found
        sentence = f"{cell[:40]!r} is not in {ACCOUNTS}; it becomes a company with a name only."
        book.report.guessed(DEALS, row.line, "account", sentence)
    return found


def _deal_owner(row: Row, book: Book) -> SampleOwner | None:
    cell = row["sales_agent"]
    if not normalised(cell):
        book.report.mended(DEALS, row.line, "sales_agent", "No seller is named; the deal has no owner.")
        return None
    found = book.owners.get(normalised(cell))
    if found is None:
        found = book.owners[normalised(cell)] = _owner(cell)
        sentence = f"{cell[:40]!r} is not in {TEAMS}; a seller without manager and region is made."
        book.report.guessed(DEALS, row.line, "sales_agent", sentence)
    return found


def _dates(row: Row, report: Report) -> tuple[date | None, date | None]:
    opened = _take(read_date(row["engage_date"]), row, DEALS, "engage_date", report)
    closes = _take(read_date(row["close_date"]), row, DEALS, "close_date", report)
    if opened and closes and closes < opened:
        report.guessed(
            DEALS, row.line, "close_date", "The deal closes before it opens; the dates are exchanged."
        )
        return closes, opened
    return opened, closes


def _finish(drafts: list[_Draft], book: Book) -> list[SampleDeal]:
    """The deals with what only the whole export can tell: what lies outside its time, and what is expected."""
    days = [day.toordinal() for _, deal in drafts for day in (deal.opened, deal.closes) if day]
    middle = date.fromordinal(int(statistics.median(days))) if days else None
    drafts = [(line, _within_era(line, deal, middle, book.report)) for line, deal in drafts]
    deals = [deal for _, deal in drafts]
    latest = latest_day(Pipeline(deals=tuple(deals)))
    cycles = [(d.closes - d.opened).days for d in deals if d.stage is Stage.WON and d.opened and d.closes]
    cycle = timedelta(days=round(statistics.median(cycles))) if cycles else USUAL_CYCLE
    deals = [_with_close_date(line, deal, latest, cycle, book.report) for line, deal in drafts]
    return [_with_value(line, deal, book) for (line, _), deal in zip(drafts, deals, strict=True)]


def _within_era(line: int, deal: SampleDeal, middle: date | None, report: Report) -> SampleDeal:
    def kept(day: date | None, column: str) -> date | None:
        if not middle or not day or abs(day - middle) <= ERA:
            return day
        report.refused(DEALS, line, column, f"{day} lies years from the other dates; it is left out.")
        return None

    return replace(deal, opened=kept(deal.opened, "engage_date"), closes=kept(deal.closes, "close_date"))


def _with_close_date(
    line: int, deal: SampleDeal, latest: date | None, cycle: timedelta, report: Report
) -> SampleDeal:
    """Every deal needs a close date: an open one after the export's last day, a closed one at the latest on it."""
    if deal.closes is not None or latest is None:
        return deal
    if deal.stage.open:
        sentence = (
            f"No close date; the usual cycle of {cycle.days} days sets it, after the export's last day."
        )
        expected = max((deal.opened or latest) + cycle, latest + SOONEST)
    else:
        sentence = (
            f"No close date; the usual cycle of {cycle.days} days sets it, up to the export's last day."
        )
        expected = min((deal.opened or latest) + cycle, latest)
    report.guessed(DEALS, line, "close_date", sentence)
    return replace(deal, closes=expected)


def _with_value(line: int, deal: SampleDeal, book: Book) -> SampleDeal:
    """A deal that is not lost needs a value to forecast: the list price of its product."""
    price = book.products.get(normalised(deal.product), ("", None))[1]
    if deal.amount is not None or deal.stage is Stage.LOST or price is None:
        return deal
    book.report.guessed(DEALS, line, "close_value", "No value; the list price of the product is taken.")
    return replace(deal, amount=price)
