"""Seeded schedules of network faults during a sync with Label Studio: ``python -m benchmarks.sync_faults --schedules 1000``.

Each is people at work on both sides while requests are lost, delayed, doubled and refused; it ends with both sides
equal, nothing lost and nothing twice, or the seed that did not is told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "labels" / "exchange")]

from fault_schedules import schedule  # noqa: E402


def main() -> None:
    """Run the schedules and say how many ended with both sides equal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync_faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    start, failed = time.monotonic(), []
    for seed in range(given.first_seed, given.first_seed + given.schedules):
        with tempfile.TemporaryDirectory() as folder:
            try:
                schedule(Path(folder), seed)
            except AssertionError as error:
                failed.append(seed)
                print(f"seed {seed}: {error or 'the sides differ'}", flush=True)
    n_equal = given.schedules - len(failed)
    print(f"{n_equal}/{given.schedules} ended with both sides equal, in {time.monotonic() - start:.0f} s")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
