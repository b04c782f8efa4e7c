"""Guessing is slowed down, and a session ends when it should."""

import pytest

from workbench.servers.brake import FREE_TRIES, REMEMBERED, Brake
from workbench.servers.people import People
from workbench.servers.sessions import IDLE_S, LONGEST_S, MOST_PER_PERSON, Sessions


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_after_some_failures_each_wait_is_twice_the_one_before(clock):
    brake = Brake(clock)
    waits = []
    for _ in range(FREE_TRIES + 5):
        waits.append(brake.wait_s("ada", "1.2.3.4"))
        clock.now += waits[-1]
        brake.failed("ada", "1.2.3.4")
    assert waits == [0] * FREE_TRIES + [1, 2, 4, 8, 16]


def test_waiting_helps_and_the_right_password_forgets_the_failures_of_its_name(clock):
    brake = Brake(clock)
    for _ in range(FREE_TRIES + 3):
        brake.failed("ada", "1.2.3.4")
    assert brake.wait_s("ada", "1.2.3.4") == 8
    clock.now += 8
    assert brake.wait_s("ada", "1.2.3.4") == 0
    brake.succeeded("ada", "1.2.3.4")
    assert brake.wait_s("ada", "5.6.7.8") == 0


def test_signing_in_now_and_then_does_not_help_who_guesses_at_others(clock):
    brake = Brake(clock)
    for number in range(FREE_TRIES + 3):
        brake.failed(f"name{number}", "6.6.6.6")
        brake.failed("mine", "6.6.6.6")
        brake.succeeded("mine", "6.6.6.6")
    assert brake.wait_s("somebody", "6.6.6.6") == 8


def test_an_address_that_tries_many_names_is_slowed_and_a_name_cannot_be_locked_out_for_long(clock):
    brake = Brake(clock)
    for number in range(40):
        brake.failed(f"name{number}", "6.6.6.6")
    assert brake.wait_s("somebody", "6.6.6.6") == 900
    for number in range(40):
        brake.failed("ada", f"10.0.0.{number}")
    assert brake.wait_s("ada", "1.2.3.4") == 60


def test_the_brake_forgets_old_failures_and_never_grows_without_end(clock):
    brake = Brake(clock)
    for number in range(REMEMBERED):
        brake.failed(f"name{number}", f"address{number}")
    assert len(brake._failures) == REMEMBERED
    for _ in range(20):
        brake.failed("ada", "1.2.3.4")
    clock.now += 3601
    assert brake.wait_s("ada", "1.2.3.4") == 0


@pytest.fixture
def sessions(project, clock):
    people = People(project)
    people.add("ada", "manager", "a long enough phrase")
    return Sessions(people, clock), people


def test_a_session_ends_after_an_hour_without_a_request_and_after_eight_in_any_case(sessions, clock):
    kept, people = sessions
    cookie = kept.begin(people.find("ada"))
    clock.now += IDLE_S - 1
    assert kept.of(cookie).name == "ada"
    clock.now += IDLE_S + 1
    assert kept.of(cookie) is None
    cookie = kept.begin(people.find("ada"))
    for _ in range(int(LONGEST_S / 1800) - 1):
        clock.now += 1800
        assert kept.of(cookie)
    clock.now += 1800
    assert kept.of(cookie) is None


def other(text):
    """The text with another last character."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.mark.parametrize(
    "spoil",
    [
        other,
        lambda c: "x" + c,
        lambda c: c.split(".")[0],
        lambda c: "",
        lambda c: ".",
        lambda c: c.split(".")[0] + ".ü",
    ],
)
def test_a_forged_cookie_is_nobody(sessions, spoil):
    kept, people = sessions
    assert kept.of(spoil(kept.begin(people.find("ada")))) is None


def test_a_cookie_of_another_start_is_nobody(sessions, clock):
    kept, people = sessions
    assert Sessions(people, clock).of(kept.begin(people.find("ada"))) is None


def test_who_is_removed_or_gets_another_password_is_cut_off_at_once(sessions):
    kept, people = sessions
    first = kept.begin(people.find("ada"))
    people.change_password("ada", "another long phrase")
    assert kept.of(first) is None
    second = kept.begin(people.find("ada"))
    people.remove("ada")
    assert kept.of(second) is None
    assert kept.keys() == set()


def test_the_printed_key_s_session_ends_when_somebody_gets_an_account(project, clock):
    people = People(project)
    kept = Sessions(people, clock)
    cookie = kept.begin(None, "analyst")
    assert kept.of(cookie).role == "analyst"
    people.add("ada", "manager", "a long enough phrase")
    assert kept.of(cookie) is None


def test_signing_out_ends_the_session(sessions):
    kept, people = sessions
    cookie = kept.begin(people.find("ada"))
    kept.end(kept.of(cookie))
    assert kept.of(cookie) is None


def test_who_signs_in_over_and_over_ends_their_own_sessions_only(sessions):
    kept, people = sessions
    people.add("bob", "manager", "a long enough phrase")
    bobs, first = kept.begin(people.find("bob")), kept.begin(people.find("ada"))
    for _ in range(MOST_PER_PERSON):
        last = kept.begin(people.find("ada"))
    assert kept.of(bobs) and kept.of(last) and kept.of(first) is None
    assert len(kept.keys()) == MOST_PER_PERSON + 1
