"""One training loop for all four networks: seeded, stoppable after any batch, resumable after any epoch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from workbench.datasets.samples import Samples
from workbench.models.architectures import N_CLASSES, build
from workbench.models.backend import keras_module, seed_everything, tensorflow_module
from workbench.models.batches import batches
from workbench.models.checkpoint import load_checkpoint, save_checkpoint
from workbench.models.columns import audio_on_columns, column_network
from workbench.models.settings import Settings
from workbench.models.statistics import N_BATCHES, measure_statistics
from workbench.progress import Progress, silent

_EVALUATION_BATCH = 64


@dataclass(frozen=True)
class Epoch:
    """How the network stood after one epoch.

    Attributes
    ----------
    epoch : int
        From 1.
    loss, accuracy : float
        Mean over the training samples while they were learnt from.
    val_loss, val_accuracy : float
        On the validation samples afterwards.
    seconds : float
        Work of this epoch.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float


def fit(
    network: str,
    *,
    train: Samples,
    validation: Samples,
    settings: Settings,
    seed: int,
    checkpoint: Path,
    branches: dict[str, Any] | None = None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    progress: Progress = silent,
) -> Any:
    """Train a network and return it in its full, published form.

    Parameters
    ----------
    network : {"mouth", "visual", "audio", "audiovisual"}
    train, validation : Samples
        Validation is only looked at, never learnt from. With soft labels the loss is the cross-entropy to the
        votes' distribution (the same as to the class number where all votes are for one class).
    checkpoint : Path
        Written after every epoch; where it exists, training goes on from it.
    branches : dict of str to keras.Model, optional
        Trained ``visual`` and ``audio`` networks that the audiovisual one starts from (section 3.2).
    on_epoch : callable
        Told about every finished epoch.
    progress : Progress
        Told about every batch; may raise to stop, the last finished epoch is then kept in ``checkpoint``.
    """
    seed_everything(seed)
    full = build(network)
    for name, trained in (branches or {}).items():
        full.get_layer(name).set_weights(trained.get_weights())
    model, train, validation = _what_learns(full, train, validation, settings)
    optimizer = _optimizer(settings)
    first = next(batches(train, batch_size=2))
    model(first[0])  # a subclassed model has its weights only after a first call
    optimizer.build(model.trainable_variables)
    done = load_checkpoint(checkpoint, model=model, optimizer=optimizer) if checkpoint.is_file() else 0
    step, judge = _functions(model, optimizer)
    n_batches = -(-len(train) // settings.batch_size)
    for epoch in range(done, settings.epochs):
        started = time.monotonic()
        seen = np.zeros(2)
        shuffled = batches(
            train, batch_size=settings.batch_size, seed=seed, epoch=epoch, augmentation=settings.augmentation
        )
        for number, (inputs, targets) in enumerate(shuffled):
            progress(
                epoch * n_batches + number,
                settings.epochs * n_batches,
                f"{network}: epoch {epoch + 1} of {settings.epochs}",
            )
            seen += np.asarray(step(inputs, targets))
        again = batches(train, batch_size=settings.batch_size, seed=seed, epoch=epoch)
        measure_statistics(model, (inputs for inputs, _ in islice(again, N_BATCHES)))
        held = sum(
            (np.asarray(judge(*batch)) for batch in batches(validation, batch_size=_EVALUATION_BATCH)),
            np.zeros(2),
        )
        save_checkpoint(checkpoint, model=model, optimizer=optimizer, epoch=epoch + 1)
        means = [float(v) for v in (*seen / len(train), *held / max(len(validation), 1))]
        on_epoch(Epoch(epoch + 1, means[0], means[1], means[2], means[3], seconds=time.monotonic() - started))
    progress(settings.epochs * n_batches, settings.epochs * n_batches, f"{network}: trained")
    return full


def _what_learns(
    full: Any, train: Samples, validation: Samples, settings: Settings
) -> tuple[Any, Samples, Samples]:
    """Return the part of the network that learns, and the samples in the form it takes."""
    if full.name == "audiovisual" and not settings.train_branches:
        keras = keras_module()
        scores = keras.Input((2 * N_CLASSES,), name="scores")
        head = keras.Model(scores, full.get_layer("fused_sentiment")(scores), name="fusion")
        return head, _scored(full, train), _scored(full, validation)
    return (column_network(full) if full.name in ("audio", "audiovisual") else full), train, validation


def _scored(full: Any, samples: Samples) -> Samples:
    """Replace faces and columns by what the frozen visual and audio networks say of them, shape (n, 6)."""
    visual, audio = full.get_layer("visual"), full.get_layer("audio")
    ask = tensorflow_module().function(
        lambda faces, strips: (visual(faces, training=False), audio_on_columns(audio, strips)),
        reduce_retracing=True,
    )
    answers = [
        np.concatenate(ask(*inputs), axis=1) for inputs, _ in batches(samples, batch_size=_EVALUATION_BATCH)
    ]
    return Samples(samples.table, {"scores": np.concatenate(answers)}, samples.classes, samples.soft)


def _optimizer(settings: Settings) -> Any:
    optimizers = keras_module().optimizers
    rate = optimizers.schedules.InverseTimeDecay(
        settings.learning_rate, decay_steps=1, decay_rate=settings.decay
    )
    return optimizers.Adam(rate) if settings.optimizer == "adam" else optimizers.SGD(rate)


def _functions(model: Any, optimizer: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the training step and the judgement of a batch, each giving (summed loss, number right)."""
    tf, keras = tensorflow_module(), keras_module()

    def measure(outputs: Any, targets: Any) -> tuple[Any, Any]:
        soft = (
            len(targets.shape) == 2
        )  # the votes' distribution; right is whoever says the class with most of them
        numbers = tf.argmax(targets, axis=-1) if soft else targets
        if outputs.shape[-1] == 1:  # the mouth's P(open)
            wanted = targets[:, 1] if soft else tf.cast(targets, tf.float32)
            losses = keras.losses.binary_crossentropy(wanted[:, None], outputs)
            right = tf.equal(outputs[:, 0] > 0.5, numbers > 0)
        else:
            crossentropy = "categorical_crossentropy" if soft else "sparse_categorical_crossentropy"
            losses = getattr(keras.losses, crossentropy)(targets, outputs)
            right = tf.equal(tf.argmax(outputs, axis=-1), numbers)
        return losses, tf.reduce_sum(tf.cast(right, tf.float32))

    @tf.function(reduce_retracing=True)
    def step(inputs: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            losses, right = measure(model(inputs, training=True), targets)
            loss = tf.reduce_mean(losses)
        weights = [variable.value for variable in model.trainable_variables]
        optimizer.apply(tape.gradient(loss, weights), model.trainable_variables)
        return tf.stack([tf.reduce_sum(losses), right])

    @tf.function(reduce_retracing=True)
    def judge(inputs: Any, targets: Any) -> Any:
        losses, right = measure(model(inputs, training=False), targets)
        return tf.stack([tf.reduce_sum(losses), right])

    return step, judge
