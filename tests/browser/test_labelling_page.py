"""The labelling page in a real browser with its real kernel side, in a bare page: every key, every button, every stage."""

import json

import pytest
from bare_page import ADDRESS
from by_hand import AlwaysOpen, check_axe, kept, press, ready, saved, shown, shows, standing

from workbench.labels.store import LabelStore
from workbench.widgets.labelling_desk import label_frames

pytestmark = pytest.mark.browser


def test_every_stage_can_be_used_without_seeing_or_a_mouse(labelling, screenshot):
    bare = labelling(annotator="", n_tasks=8, suggestions=AlwaysOpen())
    page = bare.page
    page.get_by_label("Your name").wait_for()
    check_axe(bare)
    page.get_by_label("Your name").fill("Ada")
    page.keyboard.press("Enter")
    ready(bare)
    check_axe(bare)
    press(bare, "12s0")
    saved(bare)
    check_axe(bare)
    page.keyboard.press("f")
    check_axe(bare)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    check_axe(bare)
    screenshot("bare-keys")
    page.keyboard.press("Escape")
    press(bare, "1111")
    page.get_by_text("All done. Thank you!").wait_for()
    saved(bare)
    check_axe(bare)


def test_every_button_does_what_its_key_does(labelling, drawn_project):
    bare = labelling(suggestions=AlwaysOpen())
    first = shown(bare)
    click = lambda action: bare.page.locator(f"[data-action={action}]").click()  # noqa: E731
    bare.page.locator("[data-value=closed]").click()
    click("undo")
    shows(bare, first)
    click("redo")
    second = shown(bare)
    click("skip")
    third = shown(bare)
    bare.page.locator("[data-value='cannot tell']").click()
    click("flag")
    bare.page.get_by_label("What is odd about this one?").fill("a hand")
    bare.page.get_by_role("button", name="Save the flag").click()
    click("look")
    bare.page.locator(".aw-changing", has_text="You said cannot tell").wait_for()
    shows(bare, third)
    bare.page.locator("[data-value=open]").click()
    click("help")
    bare.page.locator("[data-action=close-keys]").click()
    saved(bare)
    assert standing(drawn_project, bare) == {first: "closed", second: "skip", third: "open"}
    with LabelStore.open(drawn_project.labels, read_only=True) as store:
        details = [r.event.details for r in store.standing("mouth", bare.name) if r.event.value == "open"]
    assert details[0]["changed_mind"] is True
    assert details[0]["own"] == "cannot tell"


def test_undo_and_redo_go_back_and_forth_over_submitted_answers(labelling, drawn_project):
    bare = labelling()
    tasks = press(bare, "121")
    for key in ("Backspace", "Control+z", "Control+z"):
        bare.page.keyboard.press(key)
    shows(bare, tasks[0])
    bare.page.keyboard.press("Control+z")  # nothing left
    for key in ("Control+Shift+Z", "y", "Control+y"):
        bare.page.keyboard.press(key)
    saved(bare)
    assert standing(drawn_project, bare) == dict(zip(tasks, ("closed", "open", "closed"), strict=True))
    assert kept(drawn_project, bare)["kind"].tolist().count("undo") == 3
    press(bare, "2")
    bare.page.keyboard.press("Control+Shift+Z")  # a new answer forgets what could be given again
    saved(bare)
    assert len(standing(drawn_project, bare)) == 4


def test_what_stood_before_an_answer_of_another_day_stands_again_when_that_is_taken_back(
    labelling, drawn_project
):
    bare = labelling()
    task = press(bare, "121")[0]
    bare.page.locator(".aw-slot").first.click()
    bare.page.keyboard.press("2")  # the first one is changed last
    saved(bare)
    assert standing(drawn_project, bare)[task] == "open"
    bare.widget = label_frames(drawn_project, "sample", "mouth", annotator=bare.name, n_tasks=60)
    bare.open()
    ready(bare)
    waiting = shown(bare)
    bare.page.keyboard.press("Backspace")
    saved(bare)
    assert standing(drawn_project, bare)[task] == "closed"
    shows(bare, waiting)  # the older answer stands, so nothing of it is asked
    bare.page.locator(".aw-slot[aria-label^=closed]").nth(1).wait_for()
    assert "3 of 60" in bare.page.locator(".aw-status").inner_text()
    assert bare.widget.session.progress().answered == 3
    bare.page.locator(".aw-slot").last.click()
    press(bare, "0")  # it can be changed, and knows what stands
    saved(bare)
    assert standing(drawn_project, bare)[task] == "cannot tell"
    for _ in range(4):
        bare.page.keyboard.press("Backspace")
    saved(bare)
    assert standing(drawn_project, bare) == {}
    shows(bare, task)
    assert bare.widget.session.progress().answered == 0
    bare.page.locator(".aw-status", has_text="0 of 60").wait_for()


def test_one_of_the_last_ten_is_changed_in_place_by_keyboard(labelling, drawn_project):
    bare = labelling()
    tasks = press(bare, "1" * 12)
    bare.page.get_by_text("12 of 60", exact=False).first.wait_for()
    strip = bare.page.locator(".aw-slot")
    assert strip.count() == 10
    after = shown(bare)
    strip.nth(3).focus()
    bare.page.keyboard.press("Enter")
    shows(bare, tasks[5])
    bare.page.keyboard.press("2")
    shows(bare, after)
    strip.nth(4).click()
    bare.page.keyboard.press("Escape")  # leaves it as it was
    saved(bare)
    values = standing(drawn_project, bare)
    assert (values[tasks[5]], values[tasks[6]], len(values)) == ("open", "closed", 12)
    bare.page.keyboard.press("Backspace")  # takes the change back, not the answer
    saved(bare)
    assert standing(drawn_project, bare)[tasks[5]] == "closed"
    shows(bare, after)


def test_keys_can_be_changed_refuse_a_taken_one_and_are_remembered(labelling, drawn_project):
    bare = labelling()
    page = bare.page
    page.keyboard.press("?")
    page.locator("[data-deed='answer:open']").click()
    page.keyboard.press("s")
    page.locator(".aw-key-word", has_text="already means “Skip”").wait_for()
    page.keyboard.press("k")
    page.locator(".aw-key-word", has_text="Changed").wait_for()
    page.keyboard.press("Escape")
    first = press(bare, "k")[0]
    saved(bare)
    assert standing(drawn_project, bare) == {first: "open"}
    bare.open()
    ready(bare)
    assert "k" in page.locator("[data-value=open] kbd").all_inner_texts()
    page.keyboard.press("?")
    page.locator("[data-action=reset-keys]").click()
    page.keyboard.press("Escape")
    assert page.locator("[data-value=open] kbd").all_inner_texts() == ["2", "o"]


def test_keys_work_only_with_focus_and_a_held_key_is_one_answer(labelling, drawn_project):
    bare = labelling()
    bare.page.keyboard.press("Escape")
    bare.page.keyboard.press("1")
    bare.page.locator(".aw-labeller").focus()
    bare.page.keyboard.down("1")
    bare.page.keyboard.down("1")
    bare.page.keyboard.down("1")
    bare.page.keyboard.up("1")
    bare.page.locator("[data-action=skip]").focus()
    bare.page.keyboard.press("Space")  # presses the button, plays nothing
    saved(bare)
    assert kept(drawn_project, bare)["kind"].tolist() == ["answer", "skip"]


def test_a_flag_keeps_its_note_and_leaves_the_answer_alone(labelling, drawn_project):
    bare = labelling()
    task = shown(bare)
    bare.page.keyboard.press("f")
    bare.page.keyboard.type("1 of two faces")
    bare.page.keyboard.press("Enter")
    shows(bare, task)
    press(bare, "2f")
    bare.page.keyboard.press("Escape")
    saved(bare)
    with LabelStore.open(drawn_project.labels, read_only=True) as store:
        flags = store.flags("mouth")
    assert [d["note"] for d in flags[flags["annotator"] == bare.name]["details"]] == ["1 of two faces"]
    assert standing(drawn_project, bare) == {task: "open"}


def test_the_guess_is_shown_after_ones_own_answer_and_only_then(labelling):
    bare = labelling(suggestions=AlwaysOpen())
    assert "machine" not in bare.page.locator(".aw-labeller").inner_text()
    press(bare, "1")
    bare.page.locator(".aw-guess", has_text="you said closed, the machine open").wait_for()
    assert bare.page.locator(".aw-slot[data-differs=true]").count() == 1
    press(bare, "2")
    bare.page.locator(".aw-slot[data-differs=false]").wait_for()
    assert bare.page.locator(".aw-guess").inner_text() == ""


def test_a_guess_shown_before_is_shown_before_and_one_for_never_does_not_travel(labelling, page):
    before = labelling(suggestions=AlwaysOpen(), reveal="before")
    page.locator(".aw-guess", has_text="The machine says open (75%)").wait_for()
    never = labelling(on=page.context.new_page(), suggestions=AlwaysOpen(), reveal="never")
    press(never, "1")
    saved(never)
    assert "machine" not in never.page.locator(".aw-labeller").inner_text()
    assert before.page.url == f"{ADDRESS}/"


def test_names_and_notes_are_text_never_markup(labelling, drawn_project):
    bare = labelling()
    bare.page.keyboard.press("f")
    bare.page.keyboard.type("<img src=x onerror=window.__xss=1>")
    bare.page.keyboard.press("Enter")
    press(bare, "1")
    saved(bare)
    assert bare.page.evaluate("window.__xss") is None
    assert json.dumps("<img") not in bare.page.content()
