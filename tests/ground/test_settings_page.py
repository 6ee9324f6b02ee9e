from pathlib import Path

from app.ground.config import SETTINGS, settings_page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_settings_page_is_what_the_settings_say():
    assert PAGE.read_text(encoding="utf-8") == settings_page(), (
        "python -m app.ground.config > docs/settings.md"
    )


def test_every_setting_is_documented_with_its_meaning():
    page = settings_page()

    assert all(f"| `{s.name}` |" in page and s.help in page for s in SETTINGS)


def test_no_row_of_the_table_breaks_out_of_it():
    rows = [line for line in settings_page().splitlines() if line.startswith("| `")]

    assert {row.count("|") for row in rows} == {5}
