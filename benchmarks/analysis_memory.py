"""Does memory stay flat? ``python -m benchmarks.analysis_memory --project DIR --video PATH [--seconds 10 3600]``.

The clip is repeated, packet by packet and without a new encoding, until it is long enough; each length is analysed in a
process of its own with its results streamed to a file, and the process says how large it was at most.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.memory import most_mb
from workbench.lazy import load

MOST_MB = 500.0


def repeated(source: Path, target: Path, seconds: float) -> None:
    """Write ``source`` again and again until ``seconds`` are full: its packets as they are, its clock carried on."""
    av = load("av")
    with av.open(str(target), "w") as out:
        streams: dict[int, Any] = {}
        shift, n_passes, last = 0.0, 0, dict[int, int]()
        while shift < seconds:
            with av.open(str(source)) as clip:
                for stream in (*clip.streams.video[:1], *clip.streams.audio[:1]):
                    if stream.index not in streams:
                        streams[stream.index] = out.add_stream_from_template(stream)
                length = float(clip.streams.video[0].duration * clip.streams.video[0].time_base)
                for packet in clip.demux(*clip.streams.video[:1], *clip.streams.audio[:1]):
                    if packet.dts is None:
                        continue
                    index, ticks = packet.stream.index, round(shift / packet.time_base)
                    packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
                    if packet.dts <= last.get(index, packet.dts - 1):
                        continue  # the sound is a little longer than the pictures
                    last[index] = packet.dts
                    packet.stream = streams[index]
                    out.mux(packet)
            shift, n_passes = shift + length, n_passes + 1


def analyse_here(project: Path, video: Path) -> Iterator[dict[str, float]]:
    """Analyse in this process; yield its largest size every minute of video and at the end."""
    from workbench.project import Project
    from workbench.systems.analysis import analyze
    from workbench.systems.lightweight_fusion import load_fusion
    from workbench.systems.sinks import JsonSink

    sizes = []

    def progress(done: int, total: int, what: str) -> None:
        if done % 2000 < 16 or done == total:
            sizes.append({"video_s": done * 0.03, "most_mb": most_mb()})

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "moments.json"
        analyze(
            video,
            load_fusion(Project.open(project)),
            sinks=[JsonSink(out)],
            partial=out.with_name("partial"),
            progress=progress,
        )
    yield from sizes
    yield {"work_s": time.monotonic() - started, "most_mb": most_mb()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analysis_memory", description=__doc__)
    parser.add_argument("--project", type=Path, required=True, help="a project with a trained system")
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 3600.0])
    parser.add_argument("--here", action="store_true", help="analyse the video itself, in this process")
    given = parser.parse_args()
    if given.here:
        for size in analyse_here(given.project, given.video):
            print(json.dumps(size))
        return
    found = []
    for seconds in given.seconds:
        with tempfile.TemporaryDirectory() as folder:
            long = Path(folder) / f"long{given.video.suffix}"
            repeated(given.video, long, seconds)
            words = [sys.executable, "-m", "benchmarks.analysis_memory", "--here"]
            words += ["--project", str(given.project), "--video", str(long)]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        found.append(told[-1]["most_mb"])
        steps = [f"{step['video_s']:.0f} s: {step['most_mb']:.0f}" for step in told[:-1]]
        print(f"{seconds:.0f} s of video: at most {found[-1]:.0f} MB, {told[-1]['work_s']:.0f} s of work")
        print("  MB after " + ", ".join(steps[:: max(len(steps) // 8, 1)]))
    print(
        f"at most {max(found):.0f} MB, {'within' if max(found) <= MOST_MB else 'NOT WITHIN'} {MOST_MB:.0f}; "
        f"the longest takes {found[-1] - found[0]:+.0f} MB more than the shortest"
    )


if __name__ == "__main__":
    main()
