"""Ours beside ``fer`` on the same clip, in turns: ``python -m benchmarks.peers_pace --project DIR --peer-python PYTHON VIDEO``.

``--peer-python`` is the Python of a virtual environment made for it, outside the project::

    uv venv fer && uv pip install --python fer/bin/python --no-deps fer==25.10.3
    uv pip install --python fer/bin/python tensorflow-cpu "opencv-python-headless<5" "setuptools<81" pandas requests \
        tqdm matplotlib ffmpeg-python moviepy pillow

``fer`` finds faces with its Haar cascade and names emotions with the network in its wheel, as TensorFlow Lite (its
default) and as Keras; it does not look at landmarks, mouths or sound, which ours does. Each takes every picture of the
clip from file to answer. Pin both (``taskset -c 0 python -m ...``) to compare on one core.

Not compared, for each needs a download before its first answer: deepface (Haar file and weights from GitHub), py-feat
(weights from Hugging Face), mediapipe (no models in its wheel), and ``fer`` with MTCNN (needs torch; beside TensorFlow
the process ends).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.plain_pipeline import with_mouth
from workbench.project import Project
from workbench.systems.analysis import analyze
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion
from workbench.systems.sinks import AnswerList

SCRIPT = Path(__file__).parent / "peers" / "fer_pass.py"
WAYS = ("tflite", "keras")
ROUNDS = 3


class Peer:
    """A process of the peer's own Python that does one pass whenever asked."""

    def __init__(self, python: Path, video: Path, way: str) -> None:
        self._process = subprocess.Popen(
            [str(python), str(SCRIPT), str(video), way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def run(self) -> dict[str, Any]:
        """Let it do one pass over the clip."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("fer did not answer: its packages are listed in this file's first lines.")
        return json.loads(line)


def _ours(video: Path, networks: FusionNetworks) -> dict[str, Any]:
    wall, cpu, moments = time.perf_counter(), time.process_time(), AnswerList()
    analyze(video, networks, sinks=[moments])
    told = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    pictures = {answer.frame_time_s: answer.box is not None for answer in moments.answers}
    return told | {"n_pictures": len(pictures), "n_faces": sum(pictures.values())}


def measure(video: Path, networks: FusionNetworks, python: Path, *, rounds: int = ROUNDS) -> list[str]:
    """Let all take turns and say how they compare; the first round warms up and does not count."""
    passes: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        peers = {f"fer, {way}": stack.enter_context(Peer(python, video, way)) for way in WAYS}
        for number in range(rounds + 1):
            told = {name: peer.run() for name, peer in peers.items()}
            for state in ("open", "closed"):
                told[f"ours, mouth {state}"] = _ours(video, with_mouth(networks, is_open=state == "open"))
            if number:
                for name, one in told.items():
                    passes.setdefault(name, []).append(one)
    slowest = "ours, mouth open"
    ours_ms, ours_cpu_ms = _each_ms(passes[slowest], "wall_s"), _each_ms(passes[slowest], "cpu_s")
    lines = [f"{video.name}, {len(os.sched_getaffinity(0))} core(s), {rounds} rounds in turns:"]
    for name, done in passes.items():
        wall, cpu, last = _each_ms(done, "wall_s"), _each_ms(done, "cpu_s"), done[-1]
        beside = (
            ""
            if name.startswith("ours")
            else f"; {wall / ours_ms:.1f}x wall, {cpu / ours_cpu_ms:.1f}x CPU of {slowest}"
        )
        lines.append(
            f"  {name:<18} {wall:7.2f} ms wall, {cpu:7.2f} ms CPU a picture, face in"
            f" {last['n_faces']}/{last['n_pictures']}{beside}"
        )
    return lines


def _each_ms(passes: list[dict[str, Any]], what: str) -> float:
    return float(np.median([1000 * one[what] / one["n_pictures"] for one in passes]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers_pace", description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--peer-python", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    networks = load_fusion(Project.open(given.project))
    print("\n".join(measure(given.video, networks, given.peer_python, rounds=max(given.rounds, 1))))


if __name__ == "__main__":
    sys.exit(main())
