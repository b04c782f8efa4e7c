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
IDLE_KERNEL_S = 600
NEWS_OFF = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}


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


def dashboards_settings(shown: Path, port: int, token: str) -> dict[str, Any]:
    """Return Voila's settings: a token, no files, no source, no tracebacks, idle kernels ended."""
    return {
        "Voila": {
            "ip": LOOPBACK,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(shown),
            "token": token,
        },
        "VoilaConfiguration": {
            "file_allowlist": [],  # Voila's token does not protect files: none may be asked for
            "strip_sources": True,
            "show_tracebacks": False,
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
        },
        "MappingKernelManager": {
            "cull_idle_timeout": IDLE_KERNEL_S,
            "cull_interval": 60,
            "cull_connected": False,
        },
    }


def dashboards_environment(given: Mapping[str, str], project: Project) -> dict[str, str]:
    """Return the environment of the dashboards: what is named in ``PASSED_ON``, and the project."""
    return {name: given[name] for name in PASSED_ON if name in given} | {
        ENVIRONMENT_VARIABLE: str(project.root)
    }


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0  # a container's only user is often root
