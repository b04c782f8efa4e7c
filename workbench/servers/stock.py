"""What the kernel kitchen has ready before the first kernel is ordered."""

from __future__ import annotations

import contextlib
import gc
import importlib

from workbench.project import Project

INGREDIENTS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipywidgets",
    "anywidget",
    "matplotlib.backends.backend_agg",
    "workbench.dashboards.fusion",
    "workbench.dashboards.labels",
    "workbench.dashboards.data",
    "workbench.dashboards.clip",
)


def stock_up(project: Project) -> None:
    """Import what kernels will need, and draw each page once, which loads the rest."""
    for name in INGREDIENTS:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"kernels will import {name} by themselves: {error}", flush=True)
    with contextlib.suppress(Exception):  # a project whose pages cannot be drawn says so in the kernels
        from workbench.reports.audience import audience_for
        from workbench.reports.pages import render_query

        for page in ("fusion", "labels", "data", "clip"):
            render_query(project, "", audience_for(project, "manager"), page=page)
    gc.collect()
    gc.freeze()
