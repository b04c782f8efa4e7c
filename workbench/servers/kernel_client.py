"""What Voila starts as a kernel: it asks the kernel kitchen for one, and lives as long as that one does.

Run alone (``python -I -S``), so that it costs a few milliseconds. When it is killed the kitchen notices the closed
line and kills the kernel; when the kernel ends, this ends with the kernel's status.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys


def main() -> int:
    """Order a kernel and wait for its end. Arguments: the kitchen's socket, the connection file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(sys.argv[1])
        order = {"connection_file": sys.argv[2], "environment": dict(os.environ), "folder": os.getcwd()}  # noqa: PTH109
        line.sendall(json.dumps(order).encode() + b"\n")
        said = line.makefile("rb").readline()
    return int(said or b"1")


if __name__ == "__main__":
    sys.exit(main())
