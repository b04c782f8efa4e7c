"""The labelling page in a real browser with its real kernel side, in a bare page: every key, every button, every mishap."""

import json

import pytest
from bare_page import ADDRESS, BarePage

from workbench.labels.store import LabelStore
from workbench.widgets.labelling_desk import label_frames

pytestmark = pytest.mark.browser


class AlwaysOpen:
    """A run that says open, whatever it is shown."""

    def prepare(self, places):
        self.prepared = list(places)

    def of(self, clip, start_s, end_s):
        return {"closed": 0.25, "open": 0.75}


@pytest.fixture
def labelling(page, drawn_project, request):
    """Open the page for an annotator of the test's own name: ``labelling(**options)``."""

    def opened(on=page, name=request.node.name[5:60], **options):
        options = {"annotator": name, "n_tasks": 60} | options
        bare = BarePage(on, label_frames(drawn_project, "sample", "mouth", **options))
        bare.name = name
        on.set_default_timeout(15_000)
        bare.open()
        if options["annotator"]:
            ready(bare)
        return bare

    return opened


def ready(bare):
    bare.page.locator(".aw-pictures:not([data-task='']) canvas").first.wait_for()
    bare.page.locator(".aw-labeller").focus()


def shown(bare):
    return bare.page.locator(".aw-pictures").get_attribute("data-task")


def press(bare, keys):
    """Press keys, each as soon as a picture is there; return what was shown at each."""
    seen = []
    for key in keys:
        bare.page.locator(".aw-pictures:not([data-task=''])").wait_for()
        seen.append(shown(bare))
        bare.page.keyboard.press(key)
    return seen


def saved(bare):
    bare.page.locator(".aw-save[data-state=saved]").wait_for()


def kept(project, bare):
    """Return kinds, values and what was undone, of this annotator, in order."""
    with LabelStore.open(project.labels, read_only=True) as store:
        history = store.history("mouth")
    return history[history["annotator"] == bare.name]


def standing(project, bare):
    with LabelStore.open(project.labels, read_only=True) as store:
        words = store.standing("mouth", bare.name)
    return {f"{w.event.clip}@{w.event.start_s:.3f}": w.event.value or w.event.kind for w in words}


def unsent(bare):
    """Count what the browser itself keeps."""
    return bare.page.evaluate(
        """() => new Promise((done) => { const open = indexedDB.open("affect-workbench");
        open.onsuccess = () => { const all = open.result.transaction("outbox").objectStore("outbox").count();
        all.onsuccess = () => { open.result.close(); done(all.result); }; }; })"""
    )


def until_kept_in_browser(bare, n):
    for _ in range(100):
        if unsent(bare) == n:
            return
        bare.page.wait_for_timeout(50)
    raise AssertionError(f"{unsent(bare)} kept in the browser instead of {n}")


def check_axe(bare):
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    found = Axe().run(bare.page, context=".aw-labeller")
    assert found.violations_count == 0, found.generate_report()


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
    assert shown(bare) == first
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
    assert shown(bare) == third
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
    assert shown(bare) == tasks[0]
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


def test_one_of_the_last_ten_is_changed_in_place_by_keyboard(labelling, drawn_project):
    bare = labelling()
    tasks = press(bare, "1" * 12)
    bare.page.get_by_text("12 of 60", exact=False).first.wait_for()
    strip = bare.page.locator(".aw-slot")
    assert strip.count() == 10
    after = shown(bare)
    strip.nth(3).focus()
    bare.page.keyboard.press("Enter")
    assert shown(bare) == tasks[5]
    bare.page.keyboard.press("2")
    assert shown(bare) == after
    strip.nth(4).click()
    bare.page.keyboard.press("Escape")  # leaves it as it was
    saved(bare)
    values = standing(drawn_project, bare)
    assert (values[tasks[5]], values[tasks[6]], len(values)) == ("open", "closed", 12)
    bare.page.keyboard.press("Backspace")  # takes the change back, not the answer
    saved(bare)
    assert standing(drawn_project, bare)[tasks[5]] == "closed"
    assert shown(bare) == after


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
    assert shown(bare) == task
    press(bare, "2f")
    bare.page.keyboard.press("Escape")
    saved(bare)
    with LabelStore.open(drawn_project.labels, read_only=True) as store:
        flags = store.flags("mouth")
    assert [d["note"] for d in flags[flags["annotator"] == bare.name]["details"]] == ["1 of two faces"]
    assert standing(drawn_project, bare) == {task: "open"}


def test_what_the_kernel_never_got_is_sent_after_a_reload_exactly_once(labelling, drawn_project):
    bare = labelling()
    press(bare, "12")
    saved(bare)
    bare.kernel("dead")
    tasks = press(bare, "1212")
    until_kept_in_browser(bare, 4)
    bare.page.locator(".aw-save[data-state=lost]").wait_for()
    assert "run this notebook's cells again" in bare.page.locator(".aw-why").inner_text()
    assert len(kept(drawn_project, bare)) == 2
    bare.widget = label_frames(drawn_project, "sample", "mouth", annotator=bare.name, n_tasks=60)
    bare.open()
    ready(bare)
    saved(bare)
    until_kept_in_browser(bare, 0)
    assert kept(drawn_project, bare)["value"].tolist() == [
        "closed",
        "open",
        "closed",
        "open",
        "closed",
        "open",
    ]
    assert kept(drawn_project, bare)["op_id"].is_unique
    assert set(tasks) <= set(standing(drawn_project, bare))
    assert shown(bare) not in standing(drawn_project, bare)


def test_a_paused_kernel_is_not_felt_and_gets_everything_in_one_message(labelling, drawn_project):
    bare = labelling()
    bare.page.wait_for_function("document.querySelectorAll('.aw-pictures canvas').length > 0")
    bare.page.wait_for_timeout(800)  # forty pictures are there
    bare.kernel("paused")
    tasks = press(bare, "12" * 15)
    assert len(set(tasks)) == 30
    bare.page.locator(".aw-save", has_text="30").wait_for()
    bare.kernel("on")
    saved(bare)
    assert len(standing(drawn_project, bare)) == 30
    sizes = [len(m["operations"]) for m in bare.messages if m["type"] == "say"]
    assert max(sizes) > 10


def test_answers_of_another_day_are_told_and_sent(labelling, drawn_project):
    bare = labelling()
    bare.kernel("dead")
    press(bare, "121")
    until_kept_in_browser(bare, 3)
    bare.page.evaluate(
        """() => new Promise((done) => { const open = indexedDB.open("affect-workbench");
        open.onsuccess = () => { const t = open.result.transaction("outbox", "readwrite"), table = t.objectStore("outbox");
        table.getAll().onsuccess = (e) => e.target.result.forEach((one) => table.put({ ...one, born: Date.parse("2026-01-06T12:00") }));
        t.oncomplete = () => { open.result.close(); done(); }; }; })"""
    )
    # Other frames are asked now; the answers are kept nevertheless.
    bare.widget = label_frames(drawn_project, "sample", "mouth", annotator=bare.name, n_tasks=5, seed=9)
    bare.page.add_init_script("window.kernel = { state: 'on', waiting: [] }; window.notices = [];")
    bare.page.add_init_script(
        "new MutationObserver(() => { const n = document.querySelector('.aw-notice')?.textContent; if (n) notices.push(n); })"
        ".observe(document, { subtree: true, childList: true, characterData: true })"
    )
    real = bare.widget._receive
    held = []
    bare.widget._receive = lambda *what: held.append(what) if what[1]["type"] == "say" else real(*what)
    bare.open()
    ready(bare)
    bare.page.wait_for_function("notices.some((n) => n.includes('3 answers from Tuesday'))")
    bare.widget._receive = real
    saved(bare)
    assert kept(drawn_project, bare)["value"].tolist() == ["closed", "open", "closed"]


def test_whoever_has_unsent_answers_is_named_before_the_sitting_begins(labelling, drawn_project):
    bare = labelling()
    bare.kernel("dead")
    press(bare, "12")
    until_kept_in_browser(bare, 2)
    bare.widget = label_frames(drawn_project, "sample", "mouth", n_tasks=60)
    bare.open()
    bare.page.locator(".aw-notice", has_text=f"2 answers by {bare.name} are not saved yet").wait_for()


def test_two_pages_that_answer_the_same_picture_let_the_person_choose(labelling, browser, drawn_project):
    bare = labelling()
    context = browser.new_context()  # another device: another outbox, another queue
    try:
        other = labelling(on=context.new_page(), name=bare.name)
        task = press(bare, "1")[0]
        saved(bare)
        assert press(other, "2") == [task]
        note = other.page.get_by_role("region", name="Two answers")
        note.wait_for()
        check_axe(other)
        assert "“open” in one and “closed” in another" in note.inner_text()
        assert standing(drawn_project, bare)[task] == "closed"
        note.get_by_role("button", name="open").click()
        saved(other)
        note.wait_for(state="hidden")
        assert standing(drawn_project, bare)[task] == "open"
        assert kept(drawn_project, bare)["value"].tolist() == ["closed", "open", "", "open"]
    finally:
        context.close()


def test_two_tabs_of_one_browser_send_what_is_unsent_once(labelling, page, drawn_project):
    bare = labelling()
    bare.kernel("dead")
    press(bare, "12")
    until_kept_in_browser(bare, 2)
    second = page.context.new_page()
    other = labelling(on=second, name=bare.name)
    second.locator(".aw-save", has_text="2 wait in another tab").wait_for()
    assert len(kept(drawn_project, bare)) == 0  # the first tab lives and may yet send them itself
    bare.kernel("on")
    bare.page.bring_to_front()
    saved(bare)
    saved(other)
    until_kept_in_browser(bare, 0)
    assert kept(drawn_project, bare)["op_id"].is_unique
    assert len(kept(drawn_project, bare)) == 2


def test_a_browser_that_keeps_nothing_says_so_and_saves_all_the_same(page, labelling, drawn_project):
    page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    bare = labelling()
    press(bare, "1")
    page.locator(".aw-save", has_text="nothing is kept in this browser").wait_for()
    assert len(kept(drawn_project, bare)) == 1
    bare.kernel("dead")
    press(bare, "1")
    page.locator(".aw-why", has_text="Only this open page has it").wait_for()


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
