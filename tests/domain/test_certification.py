from datetime import date, timedelta

from app.domain.certification import LAPSES_SOON, Certification

TODAY = date(2026, 11, 22)


def _expiring(expires: date | None) -> Certification:
    return Certification(id="c1", partner_id="p1", name="Implementation", expires=expires)


def test_a_certification_is_valid_on_its_last_day():
    assert _expiring(TODAY).is_valid(TODAY)


def test_a_certification_has_lapsed_the_day_after():
    assert not _expiring(TODAY - timedelta(days=1)).is_valid(TODAY)


def test_a_certification_without_an_end_neither_lapses_nor_lapses_soon():
    endless = _expiring(None)

    assert endless.is_valid(date.max)
    assert not endless.lapses_soon(TODAY)


def test_a_certification_lapses_soon_sixty_days_ahead_and_not_sooner():
    assert _expiring(TODAY + LAPSES_SOON).lapses_soon(TODAY)
    assert not _expiring(TODAY + LAPSES_SOON + timedelta(days=1)).lapses_soon(TODAY)


def test_a_lapsed_certification_does_not_lapse_soon():
    assert not _expiring(TODAY - timedelta(days=1)).lapses_soon(TODAY)
