"""Memory in large pages: which memory, and that what a model says stays the same."""

import ctypes
import subprocess
import sys

import numpy as np
import pytest

from workbench import large_pages
from workbench.large_pages import use_large_pages

MAPS = """\
5555d4f12000-5555d9f1a000 rw-p 00000000 00:00 0    [heap]
Size:              81952 kB
Rss:               80000 kB
7f42c0000000-7f42c0800000 rw-p 00000000 00:00 0
Rss:                8192 kB
7f42c1000000-7f42c1800000 r--p 00000000 00:00 0
Rss:                8192 kB
7f42c2000000-7f42c2800000 rw-p 00000000 08:01 4711 /usr/lib/model.bin
Rss:                8192 kB
7f42c3001000-7f42c3100000 rw-p 00000000 00:00 0
Rss:                1020 kB
7f42c4000000-7f42c6000000 rw-p 00000000 00:00 0
Rss:                 512 kB
7ffd10000000-7ffd10800000 rw-p 00000000 00:00 0    [stack]
Rss:                8192 kB
"""


def test_only_writable_memory_in_use_that_is_no_files_is_taken_in_whole_large_pages():
    mb = 1 << 20
    found = list(large_pages._own_memory(MAPS))
    assert found == [(0x5555D5000000, 78 * mb), (0x7F42C0000000, 8 * mb)]


def test_a_model_is_no_larger_in_large_pages():
    code = (
        "import mmap, sys; sys.path[:0] = sys.argv[1:]\n"
        "from workbench.large_pages import use_large_pages\n"
        "reserved, used = mmap.mmap(-1, 64 << 20), bytearray(b'x' * (64 << 20))\n"
        "size = lambda: next(int(line.split()[1]) for line in open('/proc/self/status') if line[:6] == 'VmRSS:')\n"
        "before = size(); use_large_pages(); print(size() - before)"
    )
    if sys.platform != "linux":
        pytest.skip("large pages are asked for on Linux only")
    done = subprocess.run([sys.executable, "-c", code, *sys.path], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 16_000  # kB


@pytest.mark.skipif(sys.platform != "linux", reason="large pages are asked for on Linux only")
def test_what_lies_in_memory_stays_the_same():
    rng = np.random.default_rng(1)
    kept = [rng.integers(0, 255, 3 << 20, dtype=np.uint8) for _ in range(4)]
    before = [one.copy() for one in kept]
    use_large_pages()
    assert all(np.array_equal(one, other) for one, other in zip(kept, before, strict=True))


def test_a_system_without_large_pages_goes_on(monkeypatch, tmp_path):
    monkeypatch.setattr(large_pages, "_MAPS", tmp_path / "none")
    assert use_large_pages() is False
    monkeypatch.setattr(large_pages, "_MAPS", (tmp_path / "maps"))
    (tmp_path / "maps").write_text(MAPS)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert use_large_pages() is False
