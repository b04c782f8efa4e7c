"""How long until the timeline is redrawn after alpha or the gate was moved: ``python -m benchmarks.timeline_redraw``.

A headless Chromium opens the timeline of a clip of known length (pictures, sound, labels of three people; answers by
lot, so that decisions flip often) and presses the arrow keys on each slider. Counted from the key press itself, before
the page hears of it, until the browser has painted: the decision, both strips, the lanes, the table and the picture.
Beside it the processor time of the page's thread for one move, which a busy machine does not stretch.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from bare_page import BarePage  # noqa: E402
from scripted_networks import networks  # noqa: E402
from timed_video import recorded_dataset  # noqa: E402

from benchmarks.chromium import CHROMIUM_ARGUMENTS  # noqa: E402
from workbench.labels.annotation import LabelEvent  # noqa: E402
from workbench.labels.store import LabelStore  # noqa: E402
from workbench.project import Project  # noqa: E402
from workbench.sentiment import SENTIMENTS  # noqa: E402
from workbench.systems.judged_clips import ClipChoice  # noqa: E402
from workbench.widgets.timeline_explorer import TimelineExplorer  # noqa: E402
from workbench.widgets.timeline_session import TimelineSession  # noqa: E402

BUDGET_MS = 100.0
WATCH = """
window.redrawn = [];
document.addEventListener("keydown", (event) => (window.pressed = event.timeStamp), true);
document.addEventListener("aw-redrawn", () => window.redrawn.push(performance.now() - window.pressed));
"""


def timeline(folder: Path, seconds: float) -> TimelineExplorer:
    """Return a timeline of one clip that lasts so long."""
    project, rng = Project.open(folder / "project"), np.random.default_rng(7)
    dataset = recorded_dataset(project, rng, speakers=("01",), n_frames=round(30 * seconds))
    clip, store = dataset.clips()[0], LabelStore.open(project.labels)
    for who in ("Ada", "Bob", "Eve"):
        for k in range(round(2 * seconds)):
            start_s = round(round(k / 2 / 0.03) * 0.03, 6)
            common: dict[str, Any] = {"clip": clip.clip, "start_s": start_s, "end_s": round(start_s + 0.3, 6)}
            value = str(rng.choice(SENTIMENTS))
            event = LabelEvent(f"{who}-{k:08d}", who, "sentiment", 2, kind="answer", value=value, **common)
            store.record(event)

    def by_lot(n: int, **_: np.ndarray) -> np.ndarray:
        return rng.dirichlet((0.7, 0.7, 0.7), n)

    def mouth(n: int, **_: np.ndarray) -> np.ndarray:
        p = np.clip(0.5 + 0.5 * np.sin(np.arange(n) / 5) + rng.normal(0, 0.1, n), 0, 1)
        return np.column_stack([1 - p, p])

    system = networks(mouth=mouth, visual=by_lot, audio=by_lot, audiovisual=by_lot)
    choice = ClipChoice(clip.clip, clip.speaker, "positive", "neutral", clip.duration_s)
    session = TimelineSession(dataset, [choice], lambda: system, store, annotator="Ada")
    return TimelineExplorer(session, project_id="0123456789abcdef")


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a headless Chromium: the system's, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def measure(browser: Any, seconds: float, n_moves: int) -> Iterator[tuple[str, np.ndarray, float]]:
    """Yield for each slider its name, the milliseconds of every move, and the page's processor time for one of them."""
    with tempfile.TemporaryDirectory() as folder:
        page = browser.new_context(viewport={"width": 1280, "height": 1100}).new_page()
        page.add_init_script(WATCH)
        BarePage(page, timeline(Path(folder), seconds)).open()
        page.locator(".aw-timeline-explorer[data-stage=there]").wait_for(timeout=120_000)
        inside = page.context.new_cdp_session(page)
        inside.send(
            "Performance.enable", {"timeDomain": "threadTicks"}
        )  # the thread's own time, not the wall's
        for name in ("alpha", "gate"):
            begun = _busy_s(inside)
            page.get_by_role("slider", name=name).focus()
            page.evaluate("window.redrawn = []")
            for k in range(n_moves):
                page.keyboard.press("ArrowRight" if k % 60 < 30 else "ArrowLeft")
                page.wait_for_function("n => redrawn.length > n", arg=k, polling="raf")
            yield name, np.array(page.evaluate("redrawn")), 1000 * (_busy_s(inside) - begun) / n_moves
        page.context.close()


def _busy_s(inside: Any) -> float:
    found = {one["name"]: one["value"] for one in inside.send("Performance.getMetrics")["metrics"]}
    return float(found["TaskDuration"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timeline_redraw", description=__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[5.0, 60.0], help="lengths of the clips")
    parser.add_argument("--moves", type=int, default=120)
    given = parser.parse_args()
    print(f"redraw after moving a slider, ms (budget {BUDGET_MS:.0f} for a clip of 5 s)")
    print(f"{'clip':>8} {'slider':8} {'p50':>7} {'p95':>7} {'max':>7} {'within':>10} {'cpu':>7} {'load':>6}")
    with chromium() as browser:
        for seconds in given.seconds:
            for name, ms, cpu in measure(browser, seconds, max(given.moves, 1)):
                p50, p95, most = np.percentile(ms, (50, 95, 100))
                within = f"{int((ms <= BUDGET_MS).sum())}/{len(ms)}"
                print(
                    f"{seconds:6.0f} s {name:8} {p50:7.1f} {p95:7.1f} {most:7.1f} {within:>10} {cpu:7.1f} {os.getloadavg()[0]:6.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
