"""Names of methods and inputs of saliency as people read them."""

from __future__ import annotations

METHOD_WORDS = {
    "gradient": "gradient",
    "smooth_gradient": "SmoothGrad",
    "integrated_gradients": "integrated gradients",
    "grad_cam": "Grad-CAM",
    "score_cam": "Score-CAM",
    "edges": "edges (the control: no saliency)",
}
INPUT_WORDS = {"faces": "face", "mouths": "mouth", "columns": "sound"}


def method_said(name: str) -> str:
    """Return a method's name for people; a method of one's own keeps its name."""
    return METHOD_WORDS.get(name, name)


def explained_said(name: str, input_name: str, *, one_input: bool) -> str:
    """Name a method, and the input where there are several."""
    return method_said(name) if one_input else f"{method_said(name)}, {INPUT_WORDS[input_name]}"
