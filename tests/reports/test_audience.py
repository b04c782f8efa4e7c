import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.files import read_json, write_json
from workbench.reports.audience import Audience, audience_for
from workbench.reports.pseudonyms import Pseudonyms, keep_key
from workbench.reports.suppression import hidden_groups
from workbench.reports.told import told

MANAGER, ANALYST = Audience(), Audience("analyst", blur_faces=False, smallest_group=1, voices=True)


def test_a_manager_sees_no_face_no_name_and_no_small_group_unless_the_settings_say_so(project):
    assert audience_for(project, "manager") == Audience("manager", True, 5, False)
    write_json(
        project.reports / "settings.json",
        {"manager": {"blur_faces": False, "smallest_group": 3, "voices": True}},
    )
    assert audience_for(project, "manager") == Audience("manager", False, 3, True)
    assert audience_for(project, "analyst") == ANALYST
    assert audience_for(project, "annotator", person="Ada").person == "Ada"


@pytest.mark.parametrize(
    "settings",
    [{"blur_faces": "no"}, {"smallest_group": 0}, {"smallest_group": True}, {"faces": True}, [1]],
)
def test_settings_that_make_no_sense_are_refused(project, settings):
    write_json(project.reports / "settings.json", {"manager": settings})
    with pytest.raises(InvalidInputError, match="settings.json"):
        audience_for(project, "manager")


def test_an_unknown_role_is_refused(project):
    with pytest.raises(InvalidInputError, match="annotator, analyst, manager"):
        audience_for(project, "admin")


def test_pseudonyms_stay_and_do_not_follow_the_alphabet():
    names = [f"{i:02}" for i in range(24)]
    numbers = Pseudonyms("key", MANAGER).numbers("speaker", reversed(names))
    assert sorted(numbers.values()) == list(range(1, 25))
    assert numbers == Pseudonyms("key", ANALYST).numbers("speaker", names)
    assert [numbers[name] for name in names] != sorted(numbers.values())
    assert numbers != Pseudonyms("another", MANAGER).numbers("speaker", names)


def test_who_may_know_names_reads_them_and_everybody_reads_their_own():
    numbers = {"Ada": 2, "Zoe": 1}
    assert Pseudonyms("", ANALYST).called("annotator", numbers)["Ada"] == "Ada"
    own = Pseudonyms("", Audience("annotator", person="Ada")).called("annotator", numbers)
    assert own == {"Ada": "Ada", "Zoe": "annotator 1"}


def test_a_key_is_made_once_and_read_by_its_owner_only(project):
    keep_key(project)
    file = project.reports / "settings.json"
    key = read_json(file)["pseudonyms"]
    keep_key(project)
    assert read_json(file)["pseudonyms"] == key and file.stat().st_mode & 0o077 == 0


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 12), max_size=8), st.integers(1, 8))
def test_what_is_hidden_cannot_be_reckoned_from_what_is_shown(sizes, smallest):
    hidden = hidden_groups(sizes, smallest)
    there = {group: n for group, n in sizes.items() if n}
    assert hidden <= there.keys()
    assert all(n >= smallest for group, n in there.items() if group not in hidden)
    if hidden and hidden != there.keys():  # the total less what is shown is about these together
        assert len(hidden) >= 2 and sum(there[group] for group in hidden) >= smallest
    if not hidden:
        assert all(n >= smallest for n in there.values())


def test_an_alarm_about_somebody_is_told_without_the_name():
    message = "2 speaker(s) are in training and in test (Secret One, Secret Two). So it flatters."
    assert "Secret" not in told(MANAGER, "leak_speakers", message) and "People" in told(
        MANAGER, "leak_speakers", message
    )
    assert told(ANALYST, "leak_speakers", message) == message
    assert "Secret" not in told(MANAGER, "new_code", "Secret One is loud.")
    assert told(MANAGER, "collapsed", "It never says positive.") == "It never says positive."
