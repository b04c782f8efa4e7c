"""What the two servers may show and to whom: pure functions from folders and tokens to settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.project import ENVIRONMENT_VARIABLE, Project

LOOPBACK = "127.0.0.1"
START_NOTEBOOK = "00_start.ipynb"
DASHBOARDS_VARIABLE = "WORKBENCH_DASHBOARDS_URL"
# Voila hands its whole environment to every kernel, so it gets only what a kernel needs to run.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
PERSON_HEADER = "X-Workbench-Person"
"""By it the gate tells a page's kernel who has signed in; Voila puts it, written as in an address, into that kernel's environment."""
IDLE_KERNEL_S = 600
REFILL_DELAY_S = 3.0
"""A viewer's own page comes first; then the place of the kernel it took is filled again."""
PACKAGE = Path(__file__).resolve().parents[1]
NEWS_OFF = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
BUSY_ICON_OFF = {"disabledExtensions": {"@jupyterlab/application-extension:faviconbusy": True}}
"""JupyterLab changes the tab's icon at every message of a widget: with a camera, a third of the browser's work."""


def lab_settings(notebooks: Path, port: int, token: str, open_browser: bool) -> dict[str, Any]:
    """Return JupyterLab's settings: this machine only, a token, the notebooks folder and nothing above it."""
    return {
        "ServerApp": {
            "ip": LOOPBACK,
            "port": port,
            "port_retries": 0,
            "open_browser": open_browser,
            "root_dir": str(notebooks),
            "allow_root": _is_root(),
        },
        "IdentityProvider": {"token": token},
        "ContentsManager": {"allow_hidden": False},
        "LabApp": {
            "default_url": f"/lab/tree/{START_NOTEBOOK}",
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "news_url": None,
            "extension_manager": "readonly",
        },
    }


def dashboards_settings(
    shown: Path, port: int, token: str, *, heated: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return Voila's settings: a token, no files, no source, no tracebacks, heated kernels, idle kernels ended.

    Parameters
    ----------
    shown : Path
        Holds the notebooks that may be shown, a folder per role.
    heated : Mapping
        How many kernels wait with a notebook already run, by its path in ``shown``.
    """
    pools = {name: {"pool_size": size} for name, size in (heated or {}).items()}
    return {
        "Voila": {
            "ip": LOOPBACK,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(shown),
            "token": token,
            "log_level": "WARN",  # else it writes every address it is asked for
        },
        "VoilaConfiguration": {
            "file_allowlist": [],  # Voila's token does not protect files: none may be asked for
            "strip_sources": True,
            "show_tracebacks": False,
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "http_header_envs": [PERSON_HEADER],
            "preheat_kernel": bool(pools),
            "default_pool_size": 0,
        },
        "VoilaKernelManager": {
            "kernel_pools_config": {"default": {"pool_size": 0}, **pools},
            "fill_delay": REFILL_DELAY_S,
        },
        "MappingKernelManager": {
            "cull_idle_timeout": IDLE_KERNEL_S,
            "cull_interval": 60,
            "cull_connected": False,
        },
    }


def dashboards_environment(given: Mapping[str, str], project: Project) -> dict[str, str]:
    """Return the environment of the dashboards: what is named in ``PASSED_ON``, the project, and this very workbench."""
    return {name: given[name] for name in PASSED_ON if name in given} | {
        ENVIRONMENT_VARIABLE: str(project.root),
        "PYTHONPATH": str(PACKAGE.parent),  # a kernel runs the code of the workbench that started it
        **dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
        ),  # many kernels, few cores; no threads to fork
    }


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0  # a container's only user is often root
