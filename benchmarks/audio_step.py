"""One training step of the audio network on columns beside the full image: ``python -m benchmarks.audio_step``.

The two ways take turns on the same batch. Their gradients are compared in float64, where rounding does not hide a
difference of the method. In float32 it does: a value next to zero or to its neighbour falls to the other side of a ReLU
or a pooling. How much that is alone is told beside it: the full network with the same batch in another order.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.features.spectrogram import N_SAMPLES, column_strips, sound_columns
from workbench.media.audio import SOUND_RATE
from workbench.models.architectures import build_audio
from workbench.models.backend import keras_module, seed_everything, tensorflow_module
from workbench.models.columns import audio_on_columns

N_IMAGES, N_EPOCHS = 2880, 50
"""What the paper trains on, and how often."""
COLUMNS, FULL, TURNED = "columns", "full image", "the batch turned round"
Step = Callable[[], list[np.ndarray]]


def steps(dtype: str, batch: int, *, compiled: bool) -> dict[str, Step]:
    """Return the two ways to the gradients of one batch (forward and backward, batch statistics updated)."""
    tf, keras = tensorflow_module(), keras_module()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        seed_everything(6)
        audio = build_audio()
    finally:
        keras.config.set_dtype_policy(before)
    strips = tf.constant(column_strips(sound_columns(voices(batch))).astype(dtype))
    images = tf.repeat(strips, 400, axis=2)
    truth = np.eye(3)[np.arange(batch) % 3].astype(dtype)
    weights = [variable.value for variable in audio.trainable_variables]

    def gradients(forward: Callable[[], Any], truth: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(truth, forward()))
        return tape.gradient(loss, weights)

    ways = {
        COLUMNS: lambda: gradients(lambda: audio_on_columns(audio, strips, training=True), truth),
        FULL: lambda: gradients(lambda: audio(images, training=True), truth),
        TURNED: lambda: gradients(lambda: audio(images[::-1], training=True), truth[::-1]),
    }
    return {name: _as_arrays(tf.function(way) if compiled else way) for name, way in ways.items()}


def voices(n: int) -> np.ndarray:
    """Return 30 ms each of n drawn voices, shape (n, 1440): harmonics of a pitch that fall off, and some breath."""
    rng, time_s = np.random.default_rng(5), np.arange(N_SAMPLES) / SOUND_RATE
    pitch, fall = rng.uniform(90, 300, (n, 1, 1)), rng.uniform(0.5, 2.0, (n, 1, 1))
    harmonic = np.arange(1, 40)[None, :, None]
    phase = rng.uniform(0, 2 * np.pi, (n, 39, 1))
    tones = (np.sin(2 * np.pi * harmonic * pitch * time_s + phase) / harmonic**fall).sum(axis=1)
    return (0.1 * tones + rng.normal(0, 0.002, (n, N_SAMPLES))).astype(np.float32)


def _as_arrays(way: Callable[[], Any]) -> Step:
    return lambda: [np.asarray(gradient) for gradient in way()]


def apart(one: Step, other: Step) -> float:
    """Return the largest difference of a gradient, as a share of the largest gradient of its layer."""
    pairs = zip(one(), other(), strict=True)
    return max(float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-12)) for a, b in pairs)


def measure(batch: int, rounds: int) -> dict[str, float]:
    """Return the median seconds of a step of each way, taking turns."""
    ways = steps("float32", batch, compiled=True)
    del ways[TURNED]
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, step in ways.items():
            start = time.perf_counter()
            step()
            if number:  # the first round compiles
                taken[name].append(time.perf_counter() - start)
    return {name: float(np.median(seconds)) for name, seconds in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audio_step", description=__doc__)
    parser.add_argument("--batch", type=int, default=32, help="the paper's, for the time")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compared", type=int, default=16, help="images whose gradients are compared")
    given = parser.parse_args()
    for dtype in ("float64", "float32"):
        ways = steps(dtype, given.compared, compiled=False)
        print(
            f"gradients in {dtype}, largest difference as a share of the layer's largest: columns and full image "
            f"{apart(ways[COLUMNS], ways[FULL]):.1e}; full image and full image with {TURNED} "
            f"{apart(ways[TURNED], ways[FULL]):.1e}"
        )
    seconds = measure(given.batch, max(given.rounds, 1))
    for name, one in seconds.items():
        hours = one * N_IMAGES / given.batch * N_EPOCHS / 3600
        print(
            f"{name:<11} {1000 * one:9.0f} ms a step of {given.batch} ({given.batch / one:.1f} images/s); "
            f"{N_EPOCHS} epochs of {N_IMAGES:,} in {hours:.1f} h"
        )
    print(f"a step on columns is {seconds[FULL] / seconds[COLUMNS]:.1f} x faster")


if __name__ == "__main__":
    main()
