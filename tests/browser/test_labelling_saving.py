"""The labelling page with a kernel that pauses and dies, other tabs, other devices: nothing is lost, nothing is doubled."""

import pytest
from by_hand import check_axe, kept, press, ready, saved, shown, standing, until_kept_in_browser

from workbench.widgets.labelling_desk import label_frames

pytestmark = pytest.mark.browser


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


def test_one_answer_travels_at_once_and_a_fast_hands_together(labelling, drawn_project):
    bare = labelling()
    said = lambda: [len(m["operations"]) for m in bare.messages if m["type"] == "say"]  # noqa: E731
    press(bare, "1")
    saved(bare)
    assert said() == [1]
    bare.page.wait_for_timeout(1200)
    bare.page.evaluate(
        """async () => {
          for (let k = 0; k < 12; k++) {
            document.querySelector(".aw-labeller").dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
            await new Promise((done) => setTimeout(done, 50));
          }
        }"""
    )
    saved(bare)
    assert sum(said()) == 13 == len(standing(drawn_project, bare))
    assert len(said()) <= 1 + 6


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
