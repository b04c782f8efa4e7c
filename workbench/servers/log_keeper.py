"""The process that keeps the labels' log there for kernels, which may only read; it ends with whoever started it.

Run as ``python -m workbench.servers.log_keeper LABELS``. It is a process of its own so that no kernel is forked from one
that has the labels open.
"""

from __future__ import annotations

import select
import signal
import sys
from pathlib import Path

from workbench.labels.kept_log import KeptLog

LOOK_S = 0.5


def main() -> int:
    """Look after the log until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = KeptLog(Path(sys.argv[1]))
    while not select.select([sys.stdin], [], [], LOOK_S)[0]:
        log.look()
    log.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
