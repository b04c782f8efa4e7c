"""What a person does on a labelling page in a browser, and what came of it."""

import pytest

from workbench.labels.store import LabelStore


class AlwaysOpen:
    """A run that says open, whatever it is shown."""

    def prepare(self, places):
        self.prepared = list(places)

    def of(self, clip, start_s, end_s):
        return {"closed": 0.25, "open": 0.75}


def ready(bare):
    bare.page.locator(".aw-pictures:not([data-task='']) canvas").first.wait_for()
    bare.page.locator(".aw-labeller").focus()


def shown(bare):
    """Return which item is on screen, once it is painted: a quick hand is ahead of the decoder for a moment."""
    bare.page.locator(".aw-pictures:not([data-task=''])").wait_for()
    return bare.page.locator(".aw-pictures").get_attribute("data-task")


def shows(bare, task):
    """Wait until this very item is on screen."""
    bare.page.wait_for_function(
        "task => document.querySelector('.aw-pictures').dataset.task === task", arg=task
    )


def press(bare, keys):
    """Press keys, each as soon as a picture is there; return what was shown at each."""
    seen = []
    for key in keys:
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
