"""The overlay tells what was seen where it was seen, and never by colour alone."""

import numpy as np
import pytest

from workbench.media.lettering import mask, rgb, width_of, write
from workbench.media.overlay import Overlay, Shown
from workbench.sentiment import SENTIMENT_COLOURS

GREY = 120
YELLOW = np.array(rgb("#F0E442"))


def drawn(shown, *, size=(640, 360), box_size=None, time_s=1.25):
    overlay = Overlay(*(box_size or size))
    image = np.full((size[1], size[0], 3), GREY, np.uint8)
    page = overlay.draw(image, time_s, shown)
    assert (image == GREY).all(), "the picture that was handed in is left as it is"
    assert page.shape == (overlay.height, overlay.width, 3)
    return page


def where(page, colour):
    return np.argwhere((page == np.asarray(colour)).all(axis=-1))


def a_face(**changes):
    settings = {"box": (200, 120, 150, 150), "mouth_open": True, "branch": "audiovisual"}
    return Shown(**settings | {"now": (0.2, 0.3, 0.5), "so_far": (0.5, 0.3, 0.2)} | changes)


def test_the_box_stands_where_the_face_is():
    rows, columns = where(drawn(a_face()), YELLOW).T
    assert abs(columns.min() - 200) <= 2
    assert abs(columns.max() - 350) <= 2
    assert abs(rows.max() - 270) <= 2


def test_nothing_of_the_picture_is_hidden_by_the_bar():
    page = drawn(Shown(so_far=(0.2, 0.3, 0.5)))
    assert (page[:360] == GREY).all()


@pytest.mark.parametrize("so_far", [(0.5, 0.3, 0.2), (0.02, 0.97, 0.01), (0.0, 0.0, 1.0)])
def test_the_bar_is_divided_as_the_probabilities_are(so_far):
    page = drawn(a_face(now=None, so_far=so_far))[360:]
    coloured = np.stack([(page == rgb(colour)).all(-1).sum(1) for colour in SENTIMENT_COLOURS.values()])
    counts = coloured[:, coloured.sum(0).argmax()]
    assert counts / counts.sum() == pytest.approx(so_far, abs=0.01)


def test_open_and_closed_differ_in_shape_and_word():
    said = {}
    for mouth_open, colour in ((True, "#E69F00"), (False, "#56B4E9")):
        marks = where(drawn(a_face(mouth_open=mouth_open)), rgb(colour))
        height, width = np.ptp(marks, axis=0) + 1
        said[mouth_open] = height / width
    assert said[True] > 0.4
    assert said[False] < 0.25
    assert mask("mouth open", 14).shape != mask("mouth closed", 14).shape


def test_without_a_face_there_is_no_box_and_the_opinion_stays():
    page = drawn(Shown(so_far=(0.1, 0.1, 0.8)))
    assert not where(page[:360], YELLOW).size
    assert len(where(page, rgb(SENTIMENT_COLOURS["positive"]))) > 1_000


def test_before_any_opinion_the_bars_are_empty():
    page = drawn(Shown())
    assert len(where(page, rgb(SENTIMENT_COLOURS["positive"]))) < 200, "the mark alone"


@pytest.mark.parametrize("size", [(1, 1), (33, 21), (321, 241), (20, 900), (1_400, 20)])
def test_any_size_comes_out_even_and_whole(size):
    page = drawn(a_face(box=(0.4 * size[0], -5.0, 3 * size[0], 40.0)), size=size)
    assert page.shape[0] % 2 == page.shape[1] % 2 == 0
    assert page.shape[1] >= size[0]
    assert page.shape[0] > size[1]


def test_a_later_picture_of_another_size_is_fitted_in_and_its_box_with_it():
    page = drawn(a_face(box=(100, 60, 75, 75)), size=(320, 180), box_size=(640, 360))
    rows, columns = where(page, YELLOW).T
    assert abs(columns.min() - 200) <= 2
    assert abs(rows.max() - 270) <= 2


def test_words_are_cut_off_at_the_edges():
    image = np.zeros((10, 12, 3), np.uint8)
    assert write(image, "neutral", x=-5, y=-3, size_px=13, colour=(255, 255, 255)) == width_of("neutral", 13)
    write(image, "neutral", x=300, y=0, size_px=13, colour=(255, 255, 255))
    assert image.max() > 200
