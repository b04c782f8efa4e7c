"""How fast one can label: ``python -m benchmarks.labelling_pace [lab voila] [--quick]``.

A headless Chromium presses real keys on the labelling notebook in JupyterLab and in Voila, ten a second: the time from the
key press until the next picture was painted, and until the answer was durably in the store; alone, beside a process that
trains, and with the kernel stopped for five seconds. Then a scripted annotator answers as soon as it sees the next
picture, for the frames an hour. What was stored is counted against what was pressed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from drawn_features import draw_dataset  # noqa: E402
from servers import copy_notebooks, running_lab, running_voila  # noqa: E402

from benchmarks.chromium import CHROMIUM_ARGUMENTS  # noqa: E402
from workbench.labels.store import LabelStore  # noqa: E402
from workbench.project import Project  # noqa: E402

NOTEBOOK = "10_label_mouth.ipynb"
N_TASKS = 5000
PAUSE_S = 5.0
SCREEN_S = 1 / 60
WATCH = """
window.painted = []; window.settled = [];
document.addEventListener("aw-painted", (event) => window.painted.push(event.detail));
document.addEventListener("aw-settled", (event) => window.settled.push(event.detail));
window.nextPainted = (n) => new Promise((done) => {
  const look = () => (window.painted.length >= n ? done() : requestAnimationFrame(look));
  look();
});
"""
TRAINING = (
    "import numpy as np; a = np.random.rand(900, 900).astype('float32')\nwhile True: a = np.tanh(a @ a / 900)"
)


@dataclass(frozen=True)
class Pace:
    """What was measured: milliseconds from key press to painted and to durably stored, and how many never waited."""

    where: str
    what: str
    painted_ms: np.ndarray
    durable_ms: np.ndarray
    n_ready: int
    per_hour: float

    def line(self) -> str:
        """One row of the table."""
        p50, p95, p99 = np.percentile(self.painted_ms, (50, 95, 99))
        stored = np.percentile(self.durable_ms, 95)
        return (
            f"{self.where:11} {self.what:34} {p50:7.1f} {p95:7.1f} {p99:7.1f} {stored:11.1f}   "
            f"{self.n_ready}/{len(self.painted_ms)} {self.per_hour:10,.0f}"
        )


def project_of_drawings(folder: Path) -> Project:
    """Make a project with enough drawn faces for every scenario."""
    project = Project.open(folder / "project")
    speakers = tuple(f"{number:02d}" for number in range(1, 13))
    draw_dataset(project, np.random.default_rng(3), speakers=speakers, clips_each=4, n_moments=110)
    return project


def notebooks_with_many_tasks(folder: Path) -> Path:
    """Copy the notebooks so that they ask for enough frames."""
    target = copy_notebooks(folder)
    file = target / NOTEBOOK
    file.write_text(file.read_text().replace("n_tasks = 200", f"n_tasks = {N_TASKS}"))
    return target


def open_labeller(page: Any, server: Any, where: str, name: str) -> None:
    """Open the notebook, run it, give a name and wait until enough pictures are there."""
    page.add_init_script(WATCH)
    page.goto(server.notebook(NOTEBOOK))
    if where == "JupyterLab":
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".aw-pictures canvas").first.wait_for()
    page.wait_for_timeout(2500)


def press_steadily(
    page: Any, n_answers: int, *, per_s: float = 10.0, at: dict[int, Any] | None = None
) -> None:
    """Press answer keys so many a second; ``at`` calls something before a key of that number.

    Each comes up to one turn of the screen late, as a hand does: six turns apart to the millisecond, all keys of a run
    would meet the screen in the same phase, and the run would measure that phase.
    """
    start, lot = time.monotonic(), random.Random(1)
    for number in range(n_answers):
        if at and number in at:
            at[number]()
        time.sleep(max(0.0, start + number / per_s + lot.uniform(0, SCREEN_S) - time.monotonic()))
        page.keyboard.press("12"[number % 2])


def measured(page: Any, where: str, what: str, press: Any) -> Pace:
    """Run one scenario and take down its figures."""
    page.evaluate("window.painted.length = window.settled.length = 0")
    start = time.monotonic()
    press()
    seconds = time.monotonic() - start
    page.locator(".aw-save[data-state=saved]").wait_for(timeout=60_000)
    painted, settled = page.evaluate("[window.painted, window.settled]")
    return Pace(
        where,
        what,
        np.array([one["ms"] for one in painted]),
        np.array([one["ms"] for one in settled if one["state"] == "saved"]),
        sum(one["ready"] for one in painted),
        len(painted) / seconds * 3600,
    )


def kernel_of(project: Project) -> int:
    """Find the process id of the newest kernel that works on this project."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            started = int((folder / "stat").read_text().rpartition(")")[2].split()[19])
        except OSError:
            continue
        if b"ipykernel_launcher" in words and str(project.root).encode() in environment:
            found.append((started, int(folder.name)))
    return max(found)[1]


@contextmanager
def training() -> Iterator[None]:
    """Another process that uses every core, as a training does."""
    process = subprocess.Popen([sys.executable, "-c", TRAINING])
    try:
        time.sleep(2)
        yield
    finally:
        process.kill()
        process.wait()


def as_fast_as_seen(page: Any, n_answers: int) -> None:
    """Answer each picture as soon as it was painted."""
    for number in range(n_answers):
        page.keyboard.press("12"[number % 2])
        page.evaluate("n => window.nextPainted(n)", number + 1)


def scenarios(page: Any, where: str, project: Project, n_answers: int) -> Iterator[Pace]:
    """Each scenario in turn, in one sitting."""
    steadily = f"{n_answers} answers, 10/s"
    yield measured(page, where, steadily, lambda: press_steadily(page, n_answers))
    with training():
        yield measured(page, where, f"{steadily}, training beside", lambda: press_steadily(page, n_answers))
    kernel, middle = kernel_of(project), n_answers // 3
    pause = {
        middle: lambda: os.kill(kernel, signal.SIGSTOP),
        middle + int(10 * PAUSE_S): lambda: os.kill(kernel, signal.SIGCONT),
    }
    try:
        what = f"{steadily}, kernel stopped {PAUSE_S:.0f} s"
        yield measured(page, where, what, lambda: press_steadily(page, n_answers, at=pause))
    finally:
        os.kill(kernel, signal.SIGCONT)
    yield measured(page, where, "each as soon as it is seen", lambda: as_fast_as_seen(page, n_answers))


def measure(where: str, n_answers: int) -> None:
    """Measure all scenarios in JupyterLab or Voila, and count what was stored against what was pressed."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        project = project_of_drawings(folder)
        running = running_lab if where == "JupyterLab" else running_voila
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        with running(
            project.root, notebooks_with_many_tasks(folder / "notebooks"), home=folder / "home"
        ) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            open_labeller(page, server, where, "Ada")
            paces = []
            for pace in scenarios(page, where, project, n_answers):
                print(pace.line(), flush=True)
                paces.append(pace)
            with LabelStore.open(project.labels, read_only=True) as store:
                n_stored, n_pressed = len(store.history()), sum(len(pace.painted_ms) for pace in paces)
            if n_stored != n_pressed:
                raise SystemExit(f"{where}: {n_stored} stored of {n_pressed} answers that were painted")
        browser.close()


def beside_label_studio(n_frames: int, server_folder: Path | None) -> None:
    """Compare our ways of labelling with Label Studio's own pages, in one run."""
    from playwright.sync_api import sync_playwright

    from benchmarks.peers.side_by_side import compare_ways

    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        compare_ways(browser, n_frames=n_frames, n_rounds=2, server_folder=server_folder)
        browser.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labelling_pace", description=__doc__)
    parser.add_argument("where", nargs="*", default=["lab", "voila"], help="lab, voila or both")
    parser.add_argument("--quick", action="store_true", help="100 answers instead of 300")
    parser.add_argument(
        "--beside-label-studio",
        action="store_true",
        help="our ways of labelling and Label Studio's own pages, in turns (`make label-studio` first)",
    )
    parser.add_argument("--frames", type=int, default=100, help="frames in each turn beside Label Studio")
    parser.add_argument(
        "--server-folder", type=Path, help="where Label Studio keeps its data, to start faster"
    )
    given = parser.parse_args()
    if given.beside_label_studio:
        return beside_label_studio(given.frames, given.server_folder)
    print(f"{'':46} key press to painted, ms      durable, ms  picture was    answers")
    print(f"{'where':11} {'what':34} {'p50':>7} {'p95':>7} {'p99':>7} {'p95':>11}   ready      an hour")
    for where in given.where:
        measure({"lab": "JupyterLab", "voila": "Voila"}[where], 100 if given.quick else 300)


if __name__ == "__main__":
    main()
