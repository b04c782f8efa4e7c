"""Take from a page of Voila's what our page needs, and nothing else: no source, no text of a cell, no error."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from workbench.errors import WorkbenchError

_CONFIG = re.compile(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', re.DOTALL)
_OUTPUT = re.compile(r'<script type="application/vnd\.voila\.cell-output\+json">(.*?)</script>', re.DOTALL)
_KERNEL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VIEW = "application/vnd.jupyter.widget-view+json"
UNUSED = ("jupyterlab_pygments",)
"""Extensions that our pages have no use for: they cost time."""
_CONFIG_KEPT = (
    "appUrl",
    "appVersion",
    "baseUrl",
    "disabledExtensions",
    "extensionConfig",
    "federated_extensions",
    "fullLabextensionsUrl",
    "fullStaticUrl",
    "jupyterLabTheme",
    "kernelId",
    "progressiveRendering",
    "terminalsAvailable",
    "themesUrl",
)


@dataclass(frozen=True)
class VoilaPage:
    """What a page needs to come to life: its kernel, the settings of the scripts, and the widgets to show."""

    kernel_id: str
    config: dict[str, Any]
    outputs: tuple[dict[str, Any], ...]


def kernel_of(html: str) -> str | None:
    """Return the kernel that a page of Voila's belongs to, or None when it never got one."""
    found = _CONFIG.search(html)
    kernel_id = json.loads(found[1]).get("kernelId") if found else None
    return kernel_id if isinstance(kernel_id, str) and _KERNEL_ID.fullmatch(kernel_id) else None


def read_page(html: str) -> VoilaPage:
    """Return the parts of a page of Voila's.

    Raises
    ------
    WorkbenchError
        Its notebook showed no widget: it ended with an error, which stays on the server.
    """
    kernel_id = kernel_of(html)
    if kernel_id is None:
        raise WorkbenchError("A page must have a kernel. Voila's answer names none: see its log.")
    config = json.loads(_CONFIG.search(html)[1])  # type: ignore[index]
    outputs = tuple(_shown(json.loads(found[1])) for found in _OUTPUT.finditer(html) if VIEW in found[1])
    if not outputs:
        raise WorkbenchError("A dashboard's notebook must end in a widget. This one did not: see the log.")
    return VoilaPage(kernel_id, _settings(config), outputs)


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """Keep the settings that the scripts need, without the extensions that our pages have no use for."""
    kept = {name: config[name] for name in _CONFIG_KEPT if name in config}
    kept["federated_extensions"] = [
        e for e in kept.get("federated_extensions", []) if e["name"] not in UNUSED
    ]
    return kept


def _shown(output: dict[str, Any]) -> dict[str, Any]:
    """Keep the widget of an output; its other forms may repeat anything the notebook printed."""
    view = output.get("data", {}).get(VIEW, {})
    return {
        "output_type": "display_data",
        "metadata": {},
        "trusted": True,
        "data": {VIEW: {"model_id": str(view["model_id"]), "version_major": 2, "version_minor": 0}},
    }
