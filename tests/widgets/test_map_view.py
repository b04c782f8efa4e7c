"""What the map of moments does, without a browser."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidInputError
from workbench.sentiment import SENTIMENTS
from workbench.widgets.map_colours import _look, colourings_of
from workbench.widgets.map_view import MapView, within_polygon
from workbench.widgets.selection import Selection


def moments(n=12):
    number = np.arange(n)
    return pd.DataFrame(
        {
            "clip": [f"clip{k // 4}" for k in number],
            "speaker": [("01", "02", "")[k % 3] for k in number],
            "moment": number % 4,
            "time_s": (number % 4) * 0.03,
            "heard": True,
            "part": [("train", "validation", "test")[k % 3] for k in number],
            "truth": [("negative", "positive", "")[k % 3] for k in number],
            "predicted": [("negative", "neutral", "positive")[k % 3] for k in number],
            "confidence": np.linspace(0.4, 1.0, n),
        }
    )


@pytest.fixture
def view():
    points = np.stack([np.arange(12.0), np.zeros(12)], axis=1)  # a row of points, 0 to 11
    return MapView(points, moments(), classes=SENTIMENTS)


def square(left, right):
    return [[left, -0.1], [right, -0.1], [right, 0.1], [left, 0.1]]


def test_points_fill_the_square_with_one_scale_both_ways(view):
    assert view.points[0].tolist() == [-1, 0] and view.points[-1].tolist() == [1, 0]
    alone = MapView(np.array([[7.0, 7.0]]), moments(1), classes=SENTIMENTS)
    assert alone.points.tolist() == [[0, 0]]


def test_a_lasso_chooses_for_every_view_and_says_so(view):
    heard = []
    view.on_change(lambda: heard.append(int(view.chosen.sum())))
    view.choose_within(square(-1.05, -0.6))
    assert view.selection.moments == ("clip0@0.000", "clip0@0.030", "clip0@0.060")
    assert (view.selection.source, view.selection.words) == ("map", "3 of 12 moments: lasso on the map")
    assert view.words() == view.selection.words and heard == [3]
    assert np.flatnonzero(view.chosen).tolist() == [0, 1, 2] and view.filtered


def test_a_lasso_around_nothing_and_clear_mean_everything_again(view):
    view.choose_within(square(-1.05, -0.6))
    view.choose_within([[0, 0.5], [0.1, 0.5], [0.1, 0.6]])
    assert not view.filtered and view.words() == "all 12 moments"
    view.choose_category("part", "test")
    view.clear()
    assert not view.filtered and not view.chosen.any()


def test_what_another_view_chooses_is_shown_also_where_it_is_not_on_this_map():
    selection = Selection()
    points = np.stack([np.arange(12.0), np.zeros(12)], axis=1)
    selection.choose(["clip1@0.000", "elsewhere@1.000"], source="confusion", words="negative said as neutral")
    view = MapView(points, moments(), classes=SENTIMENTS, selection=selection)
    assert np.flatnonzero(view.chosen).tolist() == [4]
    assert view.words() == "1 of 12 moments here; negative said as neutral"
    selection.choose(["elsewhere@1.000"], source="timeline")
    assert view.filtered and not view.chosen.any()
    assert view.words() == "0 of 12 moments here; chosen in timeline"


def test_an_entry_of_a_legend_chooses_its_moments(view):
    view.choose_category("class", "positive")
    assert np.flatnonzero(view.chosen).tolist() == [1, 4, 7, 10]
    assert view.words() == "4 of 12 moments: class positive"
    with pytest.raises(InvalidInputError, match="'class', 'neutral': there is none"):
        view.choose_category("class", "neutral")  # nobody is
    with pytest.raises(InvalidInputError, match="there is none"):
        view.choose_category("mood", "good")


def test_five_colourings_tell_by_shape_as_well_as_by_colour():
    found = {one.name: one for one in colourings_of(moments(), SENTIMENTS)}
    assert list(found) == ["class", "right or wrong", "speaker", "confidence", "part"]
    names = {name: [(c.name, c.n) for c in one.categories] for name, one in found.items()}
    assert names["class"] == [("negative", 4), ("positive", 4), ("not known", 4)]
    assert names["right or wrong"] == [("right", 4), ("wrong", 4), ("not known", 4)]
    assert names["speaker"] == [("01", 4), ("02", 4), ("not known", 4)]
    assert names["part"] == [("train", 4), ("validation", 4), ("test", 4)]
    assert [name for name, _ in names["confidence"]] == [
        "below 50%",
        "50% to 70%",
        "70% to 90%",
        "90% to 99%",
        "99% and more",
    ]
    assert found["confidence"].codes.tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4]
    for one in found.values():
        assert (
            len({c.shape for c in one.categories})
            == len({c.colour for c in one.categories})
            == len(one.categories)
        )


def test_42_speakers_are_told_apart():
    assert len({_look(k) for k in range(42)}) == 42


def test_a_moment_that_is_in_no_part_is_told_as_such():
    rows = moments().assign(part="all")
    assert [c.name for c in colourings_of(rows, SENTIMENTS)[-1].categories] == ["not used"]


def test_words_about_a_point(view):
    assert view.words_about(1) == [
        ("said", "wrong: neutral, 45% sure"),
        ("true", "positive"),
        ("speaker", "02"),
        ("part", "validation"),
        ("clip", "clip0 at 0.03 s"),
    ]
    words = dict(view.words_about(11))
    assert (words["said"], words["true"], words["speaker"]) == (
        "positive, over 99% sure",
        "not known",
        "not known",
    )
    with pytest.raises(InvalidInputError, match="0 to 11. Received 12"):
        view.words_about(12)


def test_within_a_polygon_that_crosses_itself_the_even_odd_rule_holds(rng):
    from matplotlib.path import Path

    points = rng.uniform(-1, 1, (3000, 2))
    corners = rng.uniform(-1, 1, (5, 2))
    simple = np.array([[-0.8, -0.5], [0.3, -0.9], [0.9, 0.2], [0.1, 0.1], [-0.4, 0.8]])
    np.testing.assert_array_equal(within_polygon(points, simple), Path(simple).contains_points(points))
    crossings = np.zeros(3000, int)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        for k, (x, y) in enumerate(points):
            crossings[k] += (y1 > y) != (y2 > y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1)
    np.testing.assert_array_equal(within_polygon(points, corners), crossings % 2 == 1)


def test_what_is_no_lasso_or_no_map_is_refused(view):
    for polygon in ([], [[0, 0], [1, 1]], [[0, 0], [1, 1], [np.nan, 0]]):
        with pytest.raises(InvalidInputError, match="three corners"):
            view.choose_within(polygon)
    with pytest.raises(InvalidInputError, match="one per moment"):
        MapView(np.zeros((3, 2)), moments(), classes=SENTIMENTS)


def test_a_closed_view_no_longer_listens(view):
    view.close()
    view.close()
    view.selection.choose(["clip0@0.000"], source="timeline")
    assert not view.chosen.any()
