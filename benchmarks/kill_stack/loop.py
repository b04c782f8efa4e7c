"""The loop: label, kill something, mend it, go on; a journal of what the page called saved; then the count."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.kill_stack.kernel_side import ANNOTATOR, QUESTION, value_of
from benchmarks.kill_stack.servers import Browser, JupyterServer

VICTIMS = ("kernel", "server", "browser")


@dataclass
class Outcome:
    """What came of a run.

    Attributes
    ----------
    kills : Counter
        How often each was killed.
    acknowledged : int
        Operations that the page called saved.
    stored : int
        Answers in the store.
    lost, doubled, wrong : list of str
        Acknowledged operations that are not there; pictures with two answers; answers that were never given.
    seconds : float
        How long it took.
    """

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    conflicts: int = 0
    seconds: float = 0.0

    def line(self) -> str:
        """Return it in one line."""
        kills = ", ".join(f"{name} {self.kills[name]}" for name in VICTIMS)
        return (
            f"{self.acknowledged} acknowledged, {self.stored} stored; {sum(self.kills.values())} kills ({kills}) in "
            f"{self.seconds:.0f} s: {len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.wrong)} wrong, "
            f"{self.conflicts} conflicts"
        )


class KillLoop:
    """One labelling page, its server, its kernel, and what happens to them.

    Parameters
    ----------
    folder : Path
        An empty folder for the store, the journal, the profile and logs.
    chromium : playwright BrowserType
    n_tasks : int
        How many pictures there are to label.
    seed : int
        Which order of kills.
    fault : str
        A planted fault, see :func:`benchmarks.kill_stack.kernel_side.labeller`.
    """

    def __init__(
        self, folder: Path, chromium: Any, *, n_tasks: int,
        seed: int = 0, fault: str = "",
    ) -> None:  # fmt: skip
        self.folder, self.n_tasks, self.outcome = folder, n_tasks, Outcome()
        self._choice = random.Random(seed)
        self._journal = (folder / "journal.txt").open("ab", buffering=0)
        self._code = (
            "from benchmarks.kill_stack.kernel_side import labeller\n"
            f"widget = labeller({str(folder)!r}, n_tasks={n_tasks}, fault={fault!r})"
        )
        self._troubles: list[str] = []
        self.server = JupyterServer(folder)
        self.browser = Browser(chromium, profile=folder / "profile")
        self.kernel = self.server.start_kernel()
        self._open_browser()

    def run(
        self, *, seconds: float, victims: tuple[str, ...] = VICTIMS, at_least: tuple[str, ...] = ()
    ) -> Outcome:
        """Label and kill for so long, and until each of ``at_least`` was killed; wait until all is saved, and count."""
        began = time.monotonic()
        waiting = list(at_least)
        while time.monotonic() - began < seconds or waiting:
            self._wait_for_answers()
            self.page.wait_for_timeout(self._choice.uniform(0, 700))
            self._kill(waiting.pop() if waiting else self._choice.choice(victims))
        self.settle()
        self.outcome.seconds = time.monotonic() - began
        return self.check()

    def settle(self, patience_s: float = 30.0) -> None:
        """Let the hand rest and wait until the page says that everything is saved."""
        self.page.evaluate("window.rest?.()")
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            self.page.wait_for_timeout(300)
            if self.page.locator(".aw-save[data-state=saved]").count():
                return
        raise RuntimeError(f"Not all was saved within {patience_s:g} s. {self._page_says()}")

    def close(self) -> None:
        """End everything."""
        self.browser.kill()
        self.server.kill()
        self._journal.close()

    def check(self) -> Outcome:
        """Compare the journal with the store, as one who knows nothing of how they came about."""
        from workbench.labels.store import LabelStore

        with LabelStore.open(self.folder, read_only=True) as store:
            history = store.history(QUESTION)
            self.outcome.conflicts = len(store.conflicts(QUESTION))
        kept = Counter(history["op_id"])
        answers = history[(history["kind"] == "answer") & (history["annotator"] == ANNOTATOR)]
        answers = answers[answers["conflicts_with"].isna() & ~answers["op_id"].isin(history["undoes"])]
        places = Counter(zip(answers["clip"], answers["start_s"], strict=True))
        journal = set((self.folder / "journal.txt").read_text().split())
        numbers = answers["clip"].str.removeprefix("clip-").astype(int) * 500 + (
            answers["start_s"].astype(float) / 0.03
        ).round().astype(int)
        expected = numbers.map(value_of)
        self.outcome.stored = len(answers)
        self.outcome.lost = sorted(journal - set(kept))
        self.outcome.doubled = [str(place) for place, count in places.items() if count > 1]
        self.outcome.wrong = list(answers["op_id"][answers["value"] != expected])
        return self.outcome

    def _wait_for_answers(self, patience_s: float = 60.0) -> None:
        """Wait until labelling goes on after the last kill: killing what has not started yet proves little."""
        before, end = self.outcome.acknowledged, time.monotonic() + patience_s
        while self.outcome.acknowledged == before:
            self.page.wait_for_timeout(20)
            if time.monotonic() > end:
                raise RuntimeError(f"Labelling did not go on within {patience_s:g} s. {self._page_says()}")

    def _page_says(self) -> str:
        return f"The page: {self.page.evaluate('document.body.innerText')[:300]!r}; errors: {self._troubles[-3:]}"

    def _kill(self, victim: str) -> None:
        self.outcome.kills[victim] += 1
        if victim == "browser":
            self.browser.kill()
            self._open_browser()
            return
        if victim == "server":
            self.server.kill()
            self.server.start()
        else:
            self.server.kill_kernel()
            self.server.forget_kernel(self.kernel)
        self.kernel = self.server.start_kernel()
        # Half of the time the page is opened anew, else the cell is run again in the page that is there.
        if self._choice.random() < 0.5:
            self._open_page()
        else:
            self._connect()

    def _open_browser(self) -> None:
        self.page = self.browser.start()
        self.browser.context.expose_binding("acknowledged", self._acknowledged)
        self.browser.context.expose_binding("troubled", lambda _, words: self._troubles.append(words))
        self._open_page()

    def _open_page(self) -> None:
        self.page.goto(f"{self.server.origin}/static/front_end.html")
        self.page.wait_for_function("() => Boolean(window.connect)")
        self._connect()

    def _connect(self) -> None:
        self.page.evaluate(
            "where => window.connect(where)",
            {"kernel": self.kernel, "token": self.server.token, "code": self._code},
        )

    def _acknowledged(self, _: object, op_ids: list[str]) -> None:
        self._journal.write("".join(f"{op_id}\n" for op_id in op_ids).encode())
        self.outcome.acknowledged += len(op_ids)
