"""The largest size a process ever had."""

from __future__ import annotations

import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")


def most_mb() -> float:
    """Return this process's largest size so far, in MB of 10^6 bytes.

    Linux is asked for the size since the program began: ``getrusage`` would count the process it was started from.
    """
    if _STATUS.is_file():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes
