"""Several people at one shared queue, each on a page of their own."""

import pytest
from by_hand import press, saved, shows, standing

pytestmark = pytest.mark.browser


def until_end(bare):
    """Answer whatever comes until nothing waits; return what was shown."""
    seen = []
    for _ in range(100):
        bare.page.wait_for_function(
            "document.querySelector('.aw-pictures:not([data-task=\"\"])') || document.querySelector('.aw-labeller h2').innerText.includes('Thank you')"
        )
        if not bare.page.locator(".aw-pictures").count():
            return seen
        seen += press(bare, "1")
    raise AssertionError("the queue has no end")


def test_two_people_never_see_the_same_and_the_end_tells_what_others_have_in_hand(
    labelling, browser, drawn_project, screenshot
):
    contexts = [browser.new_context(), browser.new_context()]
    try:
        pages = [context.new_page() for context in contexts]
        ada, bob = (
            labelling(on=page, name=name, n_tasks=60, overlap=1)
            for page, name in zip(pages, ("Ada", "Bob"), strict=True)
        )
        of_ada = press(ada, "12")
        saved(ada)
        of_bob = until_end(bob)
        saved(bob)
        head = bob.page.locator(".aw-labeller h2")
        assert head.inner_text() == "Nothing waits for you now. Thank you!"
        in_hand = bob.page.locator(".aw-elsewhere")
        assert (
            f"{60 - len(of_bob) - 2} items of the shared queue are in other people's hands"
            in in_hand.inner_text()
        )
        status = bob.page.locator(".aw-status")
        assert f"{len(of_bob)} by you · 60 in the shared queue" in status.inner_text()
        screenshot("team-nothing-waits", bob.page)
        bob.page.locator("[data-action=more]").click()
        bob.page.locator(".aw-elsewhere").wait_for()  # still nothing
        of_ada += until_end(ada)
        saved(ada)
        assert ada.page.locator(".aw-labeller h2").inner_text() == "All done. Thank you!"
        assert not set(of_ada) & set(of_bob)
        assert len(of_ada) + len(of_bob) == 60 == len(set(of_ada) | set(of_bob))
        assert set(standing(drawn_project, ada)) == set(of_ada)
        ada.page.keyboard.press("Backspace")  # what its person takes back waits for that person
        saved(ada)
        shows(ada, of_ada[-1])
        bob.page.locator("[data-action=more]").click()
        bob.page.locator(".aw-elsewhere", has_text="1 item of").wait_for()
        ada.widget.session._source._queue.release("Ada")  # Ada leaves it: her lease is over
        bob.page.locator("[data-action=more]").click()
        assert until_end(bob) == [of_ada[-1]]
        assert bob.page.locator(".aw-labeller h2").inner_text() == "All done. Thank you!"
    finally:
        for context in contexts:
            context.close()
