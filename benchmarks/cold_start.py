"""Seconds from typing ``workbench analyze VIDEO`` to the first frame's answer: ``python -m benchmarks.cold_start``.

The real command line runs in a process of its own, in a copy of a project's trained runs, with everything compiled to
bytecode beforehand. The only thing added is a word on a pipe when the first moment with a face has been judged.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import workbench
from benchmarks.timing import drawn_clip
from workbench.models.runs import Run, latest_run
from workbench.project import Project

_RUN = """
import os, sys, time
from importlib.abc import MetaPathFinder

class Listener(MetaPathFinder):  # puts the word into the judge when the command itself imports it
    def find_spec(self, name, path, target=None):
        if name != "workbench.systems.moment_judge":
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec
        spec = find_spec(name)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            answer = module.MomentJudge.answer
            def told(self, moment):
                found = answer(self, moment)
                if found.probabilities is not None:
                    module.MomentJudge.answer = answer
                    os.write(int(os.environ["TOLD"]), str(time.process_time()).encode())
                return found
            module.MomentJudge.answer = told
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Listener())
from workbench.cli import main
try:
    main()
finally:
    from benchmarks.memory import most_mb
    os.write(int(os.environ["TOLD"]), f" {most_mb()}".encode())
"""


@dataclass(frozen=True)
class Start:
    """One cold start.

    Attributes
    ----------
    first_s, whole_s : float
        Until the first moment was judged, and until the command had ended.
    first_cpu_s : float
        Processor time until the first moment was judged, on which a busy machine has less influence.
    peak_mb : float
        The most memory the process held.
    """

    first_s: float
    first_cpu_s: float
    whole_s: float
    peak_mb: float


def copy_runs(project: Project, root: Path) -> Project:
    """Copy a project's newest running system, exported, into a new project."""
    found = latest_run(project, network="audiovisual")
    if found is None:
        raise SystemExit(
            f"{project.root} has no finished audiovisual run: train one, or name another project."
        )
    companions = [project.runs / run for run in found.facts()["companions"].values()]
    copy = Project.open(root)
    for folder in (found.folder, *companions):
        shutil.copytree(folder, copy.runs / folder.name)
        Run(copy.runs / folder.name).runtime()
    return copy


def start_once(project: Project, video: Path) -> Start:
    """Run the command once and listen for the first answer."""
    ear, mouth = os.pipe()
    environment = {**os.environ, "TOLD": str(mouth), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-c", _RUN, "analyze", str(video), "--project", str(project.root)]
    began = time.perf_counter()
    os.set_inheritable(mouth, True)
    silence = os.open(os.devnull, os.O_RDWR)
    file_actions = [(os.POSIX_SPAWN_DUP2, silence, 1), (os.POSIX_SPAWN_DUP2, silence, 2)]
    child = os.posix_spawn(sys.executable, words, environment, file_actions=file_actions)
    os.close(mouth)
    heard = os.read(ear, 64)
    first_s = time.perf_counter() - began
    _, status = os.waitpid(child, 0)
    peak_mb = os.read(ear, 64)
    os.close(ear)
    os.close(silence)
    if status or not heard:
        raise SystemExit(f"`workbench analyze {video}` failed or saw no face: run it by hand to see why.")
    return Start(first_s, float(heard), time.perf_counter() - began, float(peak_mb))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--project", type=Path, default=Path(), help="with a trained system [default: here]")
    parser.add_argument("--video", type=Path, help="a clip; without it one of the sample cast is drawn")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    compileall.compile_dir(Path(workbench.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        project = copy_runs(Project.open(given.project), Path(folder) / "project")
        video = given.video.resolve() if given.video else drawn_clip(Path(folder))
        starts = [start_once(project, video) for _ in range(max(given.rounds, 1) + 1)][1:]
    firsts = sorted(start.first_s for start in starts)
    print(
        f"first answer after {statistics.median(firsts):.2f} s (fastest {firsts[0]:.2f}, slowest {firsts[-1]:.2f}, "
        f"{len(starts)} starts; processor time {statistics.median(s.first_cpu_s for s in starts):.2f} s); whole command {statistics.median(s.whole_s for s in starts):.2f} s; "
        f"peak memory {max(s.peak_mb for s in starts):.0f} MB"
    )


if __name__ == "__main__":
    main()
