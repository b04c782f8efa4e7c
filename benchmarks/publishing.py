"""How long publishing takes: ``python -m benchmarks.publishing [--speakers N] [--clips N]``.

Draws a project of three runs without any training, publishes all of it, and tells the pages per minute, the seconds of the
report alone (HTML and PDF), and the bytes written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.html import page_of
from workbench.reports.pdf import pdf_of
from workbench.reports.publish import publish
from workbench.reports.run_report import report_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.reports.test_group_accuracy import write_catalog  # the drawn world is the tests' own
from tests.reports.world import write_world


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--speakers", type=int, default=48)
    words.add_argument("--clips", type=int, default=30, help="of each speaker")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project.open(Path(folder))
        runs = write_world(project, n_speakers=asked.speakers, n_clips=asked.clips)
        write_catalog(project, n_speakers=asked.speakers, n_clips=asked.clips)
        report_of(project, runs["visual"], Audience())  # libraries are loaded, which a first report waits for
        start = time.perf_counter()
        report = report_of(project, runs["audiovisual"], Audience())
        drawn = time.perf_counter()
        pdf, page = pdf_of(report), page_of(report)
        written = time.perf_counter()
        print(
            f"report: {drawn - start:.2f} s to draw, {written - drawn:.2f} s to set as HTML ({len(page):,} B) and PDF ({len(pdf):,} B)"
        )
        start = time.perf_counter()
        made = publish(project, most_pages=20_000)
        took = time.perf_counter() - start
        n = made.manifest["n_pages"]
        size = sum(path.stat().st_size for path in made.folder.iterdir())
        print(
            f"publication: {n:,} pages in {took:.1f} s, {60 * n / took:,.0f} a minute, {size / 2**20:.0f} MiB"
        )


if __name__ == "__main__":
    main()
