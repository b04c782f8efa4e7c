"""The four networks of Yakaew 2021, layer by layer (tables 1 to 4).

All convolutions: ReLU, 'same' padding, stride 1; weights start from Glorot's uniform distribution. Inputs are
float32 in [0, 1]; classes stand in the order negative, neutral, positive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidInputError
from workbench.models.backend import keras_module

FACE_SHAPE = (96, 96, 3)
MOUTH_SHAPE = (28, 28, 3)
SPECTROGRAM_SHAPE = (400, 400, 3)
N_CLASSES = 3
LAST_HIDDEN_LAYER = "dense_16"
"""The layer of 16 units before the softmax, drawn as a map in the analyst's notebook."""


def build_mouth() -> Any:
    """Return the mouth network: (n, 28, 28, 3) -> P(open) of shape (n, 1); 1,252,571 parameters (table 1)."""
    keras = keras_module()
    layers = keras.layers
    image = keras.Input(MOUTH_SHAPE, name="mouth")
    x = layers.Conv2D(20, 5, padding="same", activation="relu", name="convolution_1")(image)
    x = layers.Dropout(0.25, name="dropout_1")(layers.MaxPooling2D(2, name="pool_1")(x))
    x = layers.Conv2D(50, 5, padding="same", activation="relu", name="convolution_2")(x)
    x = layers.Dropout(0.25, name="dropout_2")(layers.MaxPooling2D(2, name="pool_2")(x))
    x = layers.Dense(500, activation="relu", name="dense_500")(layers.Flatten(name="flatten")(x))
    return keras.Model(image, layers.Dense(1, activation="sigmoid", name="open")(x), name="mouth")


def _convolution_stack(image: Any, filters: tuple[int, int, int], *, dropout: float) -> Any:
    """One convolution and pooling by 3, then twice two convolutions and pooling by 2 (tables 2 and 3)."""
    layers = keras_module().layers
    x, number = image, 0
    for stage, (n_filters, n_convolutions, pool) in enumerate(
        zip(filters, (1, 2, 2), (3, 2, 2), strict=True), start=1
    ):
        for _ in range(n_convolutions):
            number += 1
            x = layers.Conv2D(n_filters, 3, padding="same", activation="relu", name=f"convolution_{number}")(
                x
            )
            x = layers.BatchNormalization(name=f"normalization_{number}")(x)
        x = layers.MaxPooling2D(pool, name=f"pool_{stage}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout_{stage}")(x)
    return x


def _classifier(x: Any) -> Any:
    layers = keras_module().layers
    x = layers.Dense(16, activation="relu", name=LAST_HIDDEN_LAYER)(layers.Flatten(name="flatten")(x))
    x = layers.BatchNormalization(name="normalization_16")(x)
    return layers.Dense(N_CLASSES, activation="softmax", name="sentiment")(x)


def build_visual() -> Any:
    """Return the visual network: (n, 96, 96, 3) -> (n, 3); 136,259 parameters (table 2)."""
    keras = keras_module()
    image = keras.Input(FACE_SHAPE, name="face")
    return keras.Model(
        image, _classifier(_convolution_stack(image, (16, 32, 64), dropout=0.25)), name="visual"
    )


def build_audio() -> Any:
    """Return the audio network: (n, 400, 400, 3) -> (n, 3); 2,509,827 parameters, no dropout (table 3)."""
    keras = keras_module()
    image = keras.Input(SPECTROGRAM_SHAPE, name="spectrogram")
    return keras.Model(
        image, _classifier(_convolution_stack(image, (32, 64, 128), dropout=0.0)), name="audio"
    )


def build_audiovisual() -> Any:
    """Return the fused network: face and spectrogram -> (n, 3); 2,646,107 parameters (table 4)."""
    keras = keras_module()
    face, spectrogram = (
        keras.Input(FACE_SHAPE, name="face"),
        keras.Input(SPECTROGRAM_SHAPE, name="spectrogram"),
    )
    both = keras.layers.Concatenate(name="both")([build_visual()(face), build_audio()(spectrogram)])
    sentiment = keras.layers.Dense(N_CLASSES, activation="softmax", name="fused_sentiment")(both)
    return keras.Model([face, spectrogram], sentiment, name="audiovisual")


BUILDERS: dict[str, Callable[[], Any]] = {
    "mouth": build_mouth,
    "visual": build_visual,
    "audio": build_audio,
    "audiovisual": build_audiovisual,
}


def build(name: str) -> Any:
    """Return a new network by its name: mouth, visual, audio or audiovisual.

    Raises
    ------
    InvalidInputError
        There is no network of that name.
    """
    if name not in BUILDERS:
        raise InvalidInputError(f"A network must be one of {', '.join(BUILDERS)}. Received {name!r}.")
    return BUILDERS[name]()


def parameter_counts() -> dict[str, int]:
    """Count every network's parameters, and those of the running system (which holds the visual network twice)."""
    counts = {name: int(builder().count_params()) for name, builder in BUILDERS.items()}
    return {**counts, "total": counts["mouth"] + counts["visual"] + counts["audiovisual"]}


def layer_table() -> dict[str, list[dict[str, Any]]]:
    """Return, for every network, its layers with output shape and parameters, in order."""
    return {
        name: [
            {
                "layer": layer.name,
                "output": [None if s is None else int(s) for s in layer.output.shape],
                "parameters": int(layer.count_params()),
            }
            for layer in builder().layers
        ]
        for name, builder in BUILDERS.items()
    }
