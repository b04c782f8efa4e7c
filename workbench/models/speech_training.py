"""Train the speech network: seeded, every emotion told apart; several members answer together by their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.backend import keras_module, seed_everything, tensorflow_module
from workbench.models.speech_network import MOST_PARAMETERS, WIDTH, build_speech_network
from workbench.models.speech_pictures import laid_out
from workbench.models.speech_targets import Targets
from workbench.progress import Progress, silent

_EVALUATION_BATCH = 64
_SMALLEST = 1e-30
_FEWEST = 8
"""A last batch of fewer rows is left out: its statistics would be noise."""


@dataclass(frozen=True)
class SpeechSettings:
    """Everything that decides a training besides the data.

    Attributes
    ----------
    epochs, batch_size : int
    learning_rate : float
        At the top of its course: it rises for three epochs and falls along a cosine.
    weight_decay : float
        AdamW's.
    width, dropout : int, float
        Of :func:`workbench.models.speech_network.build_speech_network`.
    smoothing : float
        Share of a target spread over all targets.
    mixing : float
        Pairs of rows are mixed with a share from Beta(mixing, mixing) (Zhang et al. 2018, "mixup"); 0 for never.
    unasked_weight : float
        How much a clip counts whose emotion stands for no sentiment.
    members : int
        Networks that answer together.
    """

    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 0.003
    weight_decay: float = 0.001
    width: int = WIDTH
    dropout: float = 0.3
    smoothing: float = 0.1
    mixing: float = 0.3
    unasked_weight: float = 0.6
    members: int = 1

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "width", "members", "learning_rate"):
            if not getattr(self, name) > 0:
                raise InvalidInputError(f"{name} must be greater than 0. Received {getattr(self, name)}.")

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)


def fit_speech(
    pictures: Sequence[np.ndarray],
    statistics: np.ndarray,
    targets: np.ndarray,
    *,
    told: Targets,
    settings: SpeechSettings,
    seed: int,
    progress: Progress = silent,
) -> tuple[Any, list[dict[str, float]]]:
    """Train one member.

    Parameters
    ----------
    pictures : sequence of np.ndarray, shape (n_columns, 64)
        Normalised, 20 ms a column.
    statistics : np.ndarray, shape (n, d)
        Normalised; d = 0 for a network of pictures only.
    targets : np.ndarray, shape (n,)
        Numbers of ``told.names``.

    Returns
    -------
    keras.Model, list of dict
        The network, and ``epoch, loss, accuracy`` of every epoch (on varied and mixed rows, so below what it can).
    """
    seed_everything(seed)
    model = build_speech_network(
        n_targets=len(told.names),
        n_statistics=statistics.shape[1],
        width=settings.width,
        dropout=settings.dropout,
    )
    if model.count_params() * settings.members > MOST_PARAMETERS:
        raise InvalidInputError(
            f"All members together must have at most {MOST_PARAMETERS:,} parameters. {settings.members} of width "
            f"{settings.width} have {model.count_params() * settings.members:,}: ask for fewer or narrower ones."
        )
    rng = np.random.default_rng([seed, 53])
    n_batches = max(-(-len(targets) // settings.batch_size), 1)
    step = _step(model, settings, n_batches)
    asked = np.asarray(told.standing_for.any(axis=1))[targets]
    weights = np.where(asked, 1.0, settings.unasked_weight).astype(np.float32)
    sharp = np.eye(len(told.names), dtype=np.float32)[targets]
    history = []
    for epoch in range(settings.epochs):
        seen = np.zeros(3)
        order = rng.permutation(len(targets))
        for number, first in enumerate(range(0, len(order), settings.batch_size)):
            progress(
                epoch * n_batches + number,
                settings.epochs * n_batches,
                f"epoch {epoch + 1} of {settings.epochs}",
            )
            rows = order[first : first + settings.batch_size]
            if first and len(rows) < _FEWEST:
                continue
            inputs = _inputs(pictures, statistics, rows, rng=rng)
            mixed, wanted = _mixed(inputs, sharp[rows], settings.mixing, rng)
            seen += [*np.asarray(step(mixed, wanted, weights[rows])) * len(rows), len(rows)]
        history.append(
            {"epoch": epoch + 1, "loss": float(seen[0] / seen[2]), "accuracy": float(seen[1] / seen[2])}
        )
    return model, history


def speech_probabilities(
    model: Any, told: Targets, pictures: Sequence[np.ndarray], statistics: np.ndarray
) -> np.ndarray:
    """Return one member's probability of each class, shape (n, n_classes)."""
    answers = []
    for first in range(0, len(pictures), _EVALUATION_BATCH):
        rows = np.arange(first, min(first + _EVALUATION_BATCH, len(pictures)))
        answers.append(np.asarray(model(_inputs(pictures, statistics, rows), training=False)))
    together = np.concatenate(answers) if answers else np.zeros((0, len(told.names)))
    return told.answers(np.log(np.maximum(together, _SMALLEST)))


def _inputs(
    pictures: Sequence[np.ndarray],
    statistics: np.ndarray,
    rows: np.ndarray,
    *,
    rng: np.random.Generator | None = None,
) -> list[np.ndarray]:
    picture, mask = laid_out([pictures[k] for k in rows], rng=rng)
    numbers = [statistics[rows].astype(np.float32)] if statistics.shape[1] else []
    return [picture, mask, *numbers]


def _mixed(
    inputs: list[np.ndarray], targets: np.ndarray, mixing: float, rng: np.random.Generator
) -> tuple[list[np.ndarray], np.ndarray]:
    """Mix every row with another one of its batch; speech is where either speaks."""
    if not mixing:
        return inputs, targets
    share = np.float32(rng.beta(mixing, mixing))
    share = max(share, 1 - share)
    other = rng.permutation(len(targets))
    picture, mask, *numbers = (np.asarray(values) for values in inputs)
    blend = [share * values + (1 - share) * values[other] for values in (picture, *numbers, targets)]
    return [blend[0], np.maximum(mask, mask[other]), *blend[1:-1]], blend[-1]


def _step(model: Any, settings: SpeechSettings, n_batches: int) -> Any:
    """Return one step of training: (inputs, targets, weights) -> loss and share right."""
    keras, tf = keras_module(), tensorflow_module()
    warmup = 3 * n_batches
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 10,
        max(settings.epochs * n_batches - warmup, 1),
        alpha=0.02,
        warmup_target=settings.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(inputs: Any, targets: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            answers = model(inputs, training=True)
            losses = keras.losses.categorical_crossentropy(
                targets, answers, label_smoothing=settings.smoothing
            )
            loss = tf.reduce_mean(losses * weights) + sum(model.losses)
        optimizer.apply_gradients(
            zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
        )
        right = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(answers, 1), tf.argmax(targets, 1)), tf.float32))
        return tf.stack([loss, right])

    return step
