"""The decoder on stored screenshots of real share pages: each way through it is taken once.

The recovery rate is measured by `python -m benchmarks trace`.
"""

from itertools import cycle

import pytest
from PIL import Image, ImageOps

from app.tracing.code import Key
from app.tracing.decode import read
from tests.tracing.pictures import KEY, MARKED, UNMARKED, jpeg, overlaid, scaled, stored

VICTIM = 0xFEDCBA9876543210


def views(picture: Image.Image, *keys: Key) -> list[int]:
    return [mark.view for mark in read(picture, keys or (KEY,))]


@pytest.mark.parametrize("name", MARKED)
def test_a_quarter_of_a_page_names_its_view(name):
    (mark,) = read(stored(name), [KEY])

    assert mark.view == MARKED[name]
    assert mark.agreement > 0.9


@pytest.mark.parametrize(("name", "factor"), list(zip(MARKED, cycle((0.5, 1.37)), strict=False)))
def test_a_quarter_that_was_scaled_and_saved_as_jpeg_names_its_view(name, factor):
    assert views(jpeg(scaled(stored(name), factor))) == [MARKED[name]]


@pytest.mark.parametrize("name", UNMARKED)
@pytest.mark.parametrize("factor", [0.7, 1])
def test_a_page_without_a_mark_names_nobody(name, factor):
    assert views(jpeg(scaled(stored(name), factor))) == []


def test_a_picture_that_was_turned_a_little_names_its_view():
    turned = stored("sparse-light-1280-at-1").rotate(1.3, Image.Resampling.BICUBIC, fillcolor=255)

    assert views(turned) == [MARKED["sparse-light-1280-at-1"]]


def test_an_inverted_picture_names_its_view():
    assert views(ImageOps.invert(stored("sparse-dark-1280-at-1"))) == [MARKED["sparse-dark-1280-at-1"]]


def test_the_fainter_tile_is_read_too():
    assert views(overlaid(stored(UNMARKED[0]), KEY, VICTIM, 2)) == [VICTIM]


def test_a_tile_that_was_laid_over_somebody_elses_page_does_not_hide_whose_page_it_was():
    """Copying a mark is easy; so both are named, and neither is proof."""
    name = "sparse-light-1280-at-1"

    framed = views(overlaid(stored(name), KEY, VICTIM))

    assert sorted(framed) == sorted([VICTIM, MARKED[name]])


def test_two_pages_side_by_side_are_both_named():
    names = ("sparse-light-1280-at-1", "dense-dark-1280-at-1")
    both = Image.new("L", (1440, 480))
    for place, name in enumerate(names):
        both.paste(stored(name), (place * 720, 0))

    assert sorted(views(both)) == sorted(MARKED[name] for name in names)


def test_the_mean_of_two_pages_names_no_third():
    one, other = (stored(name) for name in ("sparse-light-1280-at-1", "dense-light-1440-at-1"))

    assert set(views(Image.blend(one, other, 0.5))) <= set(MARKED.values())


def test_another_installation_reads_nothing():
    assert views(stored("sparse-light-1280-at-1"), Key(b"another key")) == []


def test_of_several_keys_the_right_one_reads():
    assert views(stored("sparse-dark-1280-at-1"), Key(b"a newer key"), KEY) == [
        MARKED["sparse-dark-1280-at-1"]
    ]


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (1, 1)),
        Image.new("L", (3000, 10)),
        Image.new("RGBA", (400, 400)),
        Image.new("1", (300, 300), 1),
        Image.effect_noise((400, 300), 80),
        Image.linear_gradient("L"),
    ],
    ids=["dot", "stripe", "transparent", "blank", "noise", "gradient"],
)
def test_any_picture_has_an_answer(picture):
    assert views(picture) == []
