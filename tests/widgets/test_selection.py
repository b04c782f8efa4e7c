"""A choice made in one view reaches all others once, and tells where it came from."""

from workbench.widgets.selection import Selection, moment_id


def test_a_moment_has_one_name_whatever_rounding_its_time_went_through():
    assert moment_id("a.1", 0.1 + 0.2) == moment_id("a.1", 0.3) == "a.1@0.300"


def test_observers_hear_of_a_choice_once_with_its_source_known():
    chosen, heard = Selection(), []
    chosen.observe(lambda change: heard.append((change["new"], chosen.source, chosen.words)), names="moments")
    chosen.choose(["b@0.000", "a@0.000", "b@0.000"], source="map", words="lasso")
    assert heard == [(("b@0.000", "a@0.000"), "map", "lasso")]


def test_clearing_means_everything_again():
    chosen = Selection()
    chosen.choose(["a@0.000"], source="map")
    chosen.clear(source="map")
    assert chosen.moments == ()
