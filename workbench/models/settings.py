"""How each network is trained unless asked otherwise: the published settings (Yakaew 2021, section 3.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from workbench.errors import InvalidInputError
from workbench.sentiment import MOUTH_STATES, SENTIMENTS

NETWORKS = ("mouth", "visual", "audio", "audiovisual")


@dataclass(frozen=True)
class Augmentation:
    """Random changes of a training picture, filled with the nearest pixel.

    Attributes
    ----------
    rotation_deg : float
        Turned by up to so many degrees either way.
    shift : float
        Moved by up to this share of width and height.
    shear : float
        Sheared by up to so many degrees (Keras's ``shear_range``, which the paper used, is in degrees).
    zoom : float
        Scaled by 1 - zoom to 1 + zoom.
    flip : bool
        Mirrored left to right half of the time.
    """

    rotation_deg: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    flip: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training besides the data.

    Attributes
    ----------
    optimizer : {"adam", "sgd"}
    learning_rate : float
    decay : float
        The rate is ``learning_rate / (1 + decay * step)``, as in Keras 2.
    batch_size, epochs : int
    per_class_train, per_class_validation : int
        At most so many samples of each class (tables 5 and 6; the text says 25% for validation, table 6 says 20%).
    augmentation : Augmentation or None
    train_branches : bool
        For the audiovisual network: whether the visual and audio networks in it go on learning (as published), or
        are frozen and only the 21 parameters that fuse them are learnt, in seconds.
    soft_labels : bool
        Learn from how people's votes are spread over the classes instead of the majority's answer.
    """

    optimizer: str = "adam"
    learning_rate: float = 0.001
    decay: float = 0.00002
    batch_size: int = 32
    epochs: int = 50
    per_class_train: int = 960
    per_class_validation: int = 240
    augmentation: Augmentation | None = None
    train_branches: bool = True
    soft_labels: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)

    def with_changes(self, **changes: Any) -> Settings:
        """Return these settings with the given ones changed; None leaves one as it is.

        Raises
        ------
        InvalidInputError
            A number is not positive.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        for name in ("epochs", "batch_size", "per_class_train", "per_class_validation", "learning_rate"):
            if name in given and not given[name] > 0:
                raise InvalidInputError(f"{name} must be greater than 0. Received {given[name]}.")
        return replace(self, **given)


VISUAL_AUGMENTATION = Augmentation(rotation_deg=25, shift=0.1, shear=0.2, zoom=0.2, flip=True)
"""The paper's second visual run (table 7, third column)."""

PUBLISHED: dict[str, Settings] = {
    "mouth": Settings(
        per_class_train=666, per_class_validation=166, augmentation=Augmentation(rotation_deg=30)
    ),
    "visual": Settings(),
    "audio": Settings(),
    "audiovisual": Settings(optimizer="sgd", learning_rate=0.01, decay=0.0),
}

INPUTS: dict[str, tuple[str, ...]] = {
    "mouth": ("mouths",),
    "visual": ("faces",),
    "audio": ("columns",),
    "audiovisual": ("faces", "columns"),
}
"""The arrays each network learns from."""

CLASSES: dict[str, tuple[str, ...]] = {
    "mouth": MOUTH_STATES,
    "visual": SENTIMENTS,
    "audio": SENTIMENTS,
    "audiovisual": SENTIMENTS,
}


def published(network: str) -> Settings:
    """Return the published settings of a network.

    Raises
    ------
    InvalidInputError
        There is no network of that name.
    """
    if network not in PUBLISHED:
        raise InvalidInputError(f"A network must be one of {', '.join(NETWORKS)}. Received {network!r}.")
    return PUBLISHED[network]
