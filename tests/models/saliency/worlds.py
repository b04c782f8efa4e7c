"""A tiny network made by hand whose answer is known to hang on one known place: nothing is trained."""

import numpy as np

from workbench.models.backend import keras_module

SIZE = 24
PATCH = (slice(4, 12), slice(12, 20))
"""The only place the network looks at."""
DECOY = (slice(14, 22), slice(2, 10))
"""Another place with as much contrast, which it never looks at."""


def patch_network():
    """One convolution whose channel 0 sees red, and a dense unit that reads that channel in PATCH only.

    A red patch is class 1, any other class 0, class 2 never comes. The other channels see brightness and edges, and
    nothing reads them.
    """
    keras = keras_module()
    image = keras.Input((SIZE, SIZE, 3), name="picture")
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="convolution")(image)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(4, activation="relu", name="units")(x)
    full = keras.Model(image, keras.layers.Dense(3, activation="softmax", name="answer")(x), name="tiny")
    kernel = np.zeros((3, 3, 3, 4), "float32")
    kernel[1, 1, :, 0] = (1, -0.5, -0.5)  # red against green and blue
    kernel[1, 1, :, 1] = 1 / 3
    kernel[:, 0, :, 2], kernel[:, 2, :, 2] = 1 / 9, -1 / 9
    kernel[0, :, :, 3], kernel[2, :, :, 3] = 1 / 9, -1 / 9
    reader = np.zeros((SIZE, SIZE, 4, 4), "float32")
    reader[(*PATCH, 0, 0)] = 1 / 64
    answer = np.zeros((4, 3), "float32")
    answer[0] = (-10, 10, 0)
    full.get_layer("convolution").set_weights([kernel, np.zeros(4)])
    full.get_layer("units").set_weights([reader.reshape(-1, 4), np.zeros(4)])
    full.get_layer("answer").set_weights([answer, np.array([3, -3, -9])])
    return full


def patch_pictures(n=8, *, seed=1):
    """Grey noise with a red square in PATCH and a blue one as strong in DECOY: {"picture": (n, SIZE, SIZE, 3)}."""
    rng = np.random.default_rng(seed)
    pictures = np.repeat(rng.uniform(0.3, 0.5, (n, SIZE, SIZE, 1)), 3, axis=3).astype(np.float32)
    pictures[:, PATCH[0], PATCH[1], 0] += 0.5
    pictures[:, DECOY[0], DECOY[1], 2] += 0.5
    return {"picture": pictures}


def share_in(place, maps):
    """How much of each map's mass lies in a place, shape (n,)."""
    size = np.abs(maps)
    return size[:, place[0], place[1]].sum(axis=(1, 2)) / size.sum(axis=(1, 2))
