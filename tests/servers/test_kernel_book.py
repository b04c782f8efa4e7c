"""Kernels: whose they are, how many there may be, and when they are due."""

import pytest

from workbench.servers.kernels import LEFT_S, NEVER_OPENED_S, PER_PERSON, KernelBook


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def book(clock):
    return KernelBook(cap=30, heated=5, clock=clock)


def test_a_kernel_belongs_to_the_session_that_was_given_it_and_to_no_other(book):
    book.give("k", "ada")
    assert book.belongs("k", "ada")
    assert not book.belongs("k", "bob") and not book.belongs("other", "ada")


def test_a_page_that_never_opened_its_channels_is_due_after_half_a_minute(book, clock):
    book.give("k", "ada")
    clock.now = NEVER_OPENED_S - 1
    assert book.due() == []
    clock.now = NEVER_OPENED_S
    assert book.due() == ["k"]


def test_a_page_that_left_is_due_after_its_grace_and_one_that_came_back_is_not(book, clock):
    book.give("k", "ada")
    book.opened("k")
    clock.now = 1000
    assert book.due() == []
    book.closed("k")
    clock.now += LEFT_S - 1
    assert book.due() == []
    book.opened("k")
    clock.now += 100
    assert book.due() == []
    book.closed("k")
    clock.now += LEFT_S
    assert book.due() == ["k"]
    assert NEVER_OPENED_S + LEFT_S < 60  # returned within a minute, with room for noticing


def test_of_two_channels_the_last_one_counts(book, clock):
    book.give("k", "ada")
    book.opened("k")
    book.opened("k")
    book.closed("k")
    clock.now = 1000
    assert book.due() == []


def test_good_bye_makes_a_kernel_due_at_once_and_nobody_s(book):
    book.give("k", "ada")
    book.opened("k")
    book.end("k")
    assert book.due() == ["k"] and not book.belongs("k", "ada")
    book.gone("k")
    assert book.due() == [] and len(book) == 0
    book.closed("k")  # the channel may close after its kernel
    book.end("never given")


def test_the_cap_counts_heated_kernels_and_those_still_awaited(book):
    for number in range(24):
        book.give(str(number), str(number))
    assert not book.full()
    book.await_one("ada")
    assert book.full()
    book.awaited("ada")
    assert not book.full()


def test_one_person_cannot_take_every_place(book):
    for number in range(PER_PERSON):
        book.give(str(number), "ada")
    assert book.too_many("ada") and not book.too_many("bob")
    for number in range(PER_PERSON):  # each page in another of his browsers
        assert not book.too_many("bob")
        book.give(f"b{number}", f"session {number}", "bob")
    assert book.too_many("bob") and book.belongs("b3", "session 3") and not book.belongs("b3", "session 4")


def test_a_session_that_is_over_gives_everything_back(book):
    book.give("a", "ada")
    book.give("b", "bob")
    book.end_all_of("ada")
    assert book.due() == ["a"]
    assert book.owners() == {"ada", "bob"}
