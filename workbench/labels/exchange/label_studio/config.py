"""Our questions as labelling configurations of Label Studio, and what is different in a configuration found there."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from workbench.labels.exchange.label_studio.items import Medium
from workbench.labels.schema import Schema

CONTROL = "answer"
"""Name of the choices in every configuration we make."""
OBJECT = "item"
"""Name of what is shown."""
_MOST_CHARACTERS = 100_000


def label_config(schema: Schema, *, medium: Medium = "image") -> str:
    """Return the labelling configuration that asks this question, with our keys.

    Examples
    --------
    >>> from workbench.labels.schema import MOUTH
    >>> 'hotkey="1"' in label_config(MOUTH)
    True
    """
    view = ET.Element("View")
    ET.SubElement(view, "Header", value=schema.prompt)
    shown = ET.SubElement(view, medium.capitalize(), name=OBJECT, value=f"${medium}")
    if medium == "image":
        shown.set("zoom", "true")
    choices = ET.SubElement(
        view, "Choices", name=CONTROL, toName=OBJECT, choice="single", required="true", showInline="true"
    )
    for choice in schema.choices:
        key = choice.keys[0]
        ET.SubElement(
            choices, "Choice", value=choice.name, hotkey=key, background=choice.colour, hint=schema.guideline
        )
    return ET.tostring(view, encoding="unicode")


@dataclass(frozen=True)
class ConfigDifference:
    """How a project's configuration differs from our question.

    Attributes
    ----------
    usable : bool
        Whether answers can be exchanged at all: our choices are there, about what is shown.
    missing : tuple of str
        Our answers that cannot be given there.
    unknown : tuple of str
        Answers there that are none of ours.
    """

    usable: bool
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the differences for people."""
        if not self.usable:
            return [
                f"The project's labelling configuration has no choices named {CONTROL!r} about {OBJECT!r}."
            ]
        lines = []
        if self.missing:
            lines.append(f"The project does not offer {', '.join(self.missing)}: such answers stay here.")
        if self.unknown:
            lines.append(f"The project offers {', '.join(self.unknown)}: such answers stay there.")
        return lines


def compare_config(text: object, schema: Schema) -> ConfigDifference:
    """Say how a project's labelling configuration, untrusted text, differs from ours."""
    if not isinstance(text, str) or len(text) > _MOST_CHARACTERS or "<!" in text.replace("<!--", ""):
        return ConfigDifference(usable=False)
    try:
        root = ET.fromstring(text)  # noqa: S314  (no declarations pass the line above)
    except ET.ParseError:
        return ConfigDifference(usable=False)
    control = next((tag for tag in root.iter("Choices") if tag.get("name") == CONTROL), None)
    if control is None or control.get("toName") != OBJECT:
        return ConfigDifference(usable=False)
    there = [choice.get("alias") or choice.get("value") or "" for choice in control.iter("Choice")]
    ours = [choice.name for choice in schema.choices]
    return ConfigDifference(
        usable=True,
        missing=tuple(name for name in ours if name not in there),
        unknown=tuple(name for name in there if name not in ours),
    )
