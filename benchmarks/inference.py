"""Milliseconds for one moment, network by network: ``python -m benchmarks.inference [--rounds N]``.

Keras's ``predict``, Keras compiled (``Predictor``) and the exported run (``RuntimeNetwork``) take turns, round by round,
so that a busy machine slows all of them. Networks that hear are asked on the full image and on one column. The weights
are random: what is measured does not depend on them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.untrained import untrained
from workbench.models.exported import RuntimeNetwork
from workbench.models.inference import Predictor
from workbench.models.inputs import network_inputs
from workbench.models.real_inputs import drawn_inputs
from workbench.models.settings import INPUTS, NETWORKS

Ask = Callable[[], object]
WAYS = ("keras predict", "keras compiled", "runtime")


def two_columns(columns: np.ndarray) -> np.ndarray:
    """Return a moment's spectrogram that changes along time, as another window than the paper's gives: (1, 701, 2)."""
    return np.stack([columns, columns[:, ::-1]], axis=2)


def questions(
    network: str, predictor: Predictor, runtime: RuntimeNetwork
) -> dict[str, tuple[dict[str, Ask], float]]:
    """Return, for every width of sound, the ways to ask about one moment, and the largest difference of their answers."""
    arrays = {name: values[:1] for name, values in drawn_inputs(INPUTS[network])[0].items()}
    given = {"": arrays}
    if "columns" in arrays:
        wide = {**arrays, "columns": two_columns(arrays["columns"])}
        given = {"one column": arrays, "full image": wide}
    found = {}
    for title, moment in given.items():
        ways: dict[str, Ask] = {
            "keras compiled": lambda moment=moment: predictor.probabilities(**moment),
            "runtime": lambda moment=moment: runtime.probabilities(**moment),
        }
        if title != "one column":  # Keras's own predict knows the published network only
            inputs = network_inputs(moment)
            inputs = list(inputs) if isinstance(inputs, tuple) else inputs
            ways["keras predict"] = lambda inputs=inputs: predictor.full.predict(inputs, verbose=0)
        apart = np.abs(runtime.probabilities(**moment) - predictor.probabilities(**moment)).max()
        found[f"{network} {title}".strip()] = (ways, float(apart))
    return found


def measure(rounds: int) -> list[tuple[str, dict[str, float], float]]:
    """Return for every question its name, the median milliseconds of each way, and how far the answers lie apart."""
    with tempfile.TemporaryDirectory() as folder:
        asked: dict[str, tuple[dict[str, Ask], float]] = {}
        for network in NETWORKS:
            asked |= questions(network, *untrained(network, Path(folder)))
        taken: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds + 1):
            for title, (ways, _) in asked.items():
                for way, ask in ways.items():
                    start = time.perf_counter()
                    ask()
                    if number:  # the first round compiles
                        taken.setdefault((title, way), []).append(1000 * (time.perf_counter() - start))
    return [
        (title, {way: float(np.median(taken[title, way])) for way in ways}, apart)
        for title, (ways, apart) in asked.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rows = measure(max(parser.parse_args().rounds, 1))
    print(f"{'ms for one moment':<24}" + "".join(f"{way:>16}" for way in WAYS) + f"{'difference':>13}")
    for title, ms, apart in rows:
        cells = "".join(f"{ms[way]:>16.2f}" if way in ms else f"{'-':>16}" for way in WAYS)
        print(f"{title:<24}{cells}{apart:>13.1e}")
    by_title = {title: ms for title, ms, _ in rows}
    for network in ("audio", "audiovisual"):
        short, full = by_title[f"{network} one column"], by_title[f"{network} full image"]
        print(
            f"{network}: one column {full['runtime'] / short['runtime']:.1f} x faster than the full image in the runtime, "
            f"{full['keras compiled'] / short['keras compiled']:.1f} x in Keras; "
            f"{full['keras predict'] / short['runtime']:.0f} x faster than Keras's predict on the full image"
        )


if __name__ == "__main__":
    main()
