"""Lay points of many dimensions out in the plane: PCA, t-SNE (openTSNE) or UMAP, each the same for the same seed."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.trustworthiness import Trust, trustworthiness
from workbench.lazy import load
from workbench.progress import Progress, silent

Method = Literal["tsne", "pca", "umap"]
METHODS: tuple[Method, ...] = get_args(Method)
NAMES: dict[Method, str] = {"tsne": "t-SNE", "pca": "PCA", "umap": "UMAP"}
FEWEST = 10
_MOST_DIMENSIONS = 50
"""t-SNE and UMAP get so many principal components at most (van der Maaten & Hinton 2008, section 4.2, take 30)."""
_ITERATIONS = (250, 500)  # openTSNE's own: early exaggeration, then the rest


@dataclass(frozen=True)
class Map:
    """Points laid out in the plane, and how far their neighbourhoods can be believed.

    Attributes
    ----------
    coordinates : np.ndarray, shape (n, 2), float64
    method : {"tsne", "pca", "umap"}
    layer : str
        What was mapped.
    seed : int
    trust : Trust
    """

    coordinates: np.ndarray
    method: Method
    layer: str
    seed: int
    trust: Trust

    @property
    def n(self) -> int:
        """How many points there are."""
        return len(self.coordinates)

    def reading(self) -> str:
        """Say how the map is to be read."""
        if self.method == "pca":
            return "axes are the two directions that vary most"
        return "neighbours are alike to the network; directions and distances mean nothing"


def lay_out(
    features: np.ndarray,
    *,
    method: Method = "tsne",
    layer: str = "",
    rows: pd.DataFrame | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Map:
    """Lay points out in the plane and measure the map's trustworthiness.

    Parameters
    ----------
    features : np.ndarray, shape (n, d)
        n of :data:`FEWEST` or more, all finite.
    rows : pd.DataFrame, n rows, optional
        ``clip, speaker`` of each point, for the interval of the trustworthiness.

    Raises
    ------
    InvalidInputError
        An unknown method, too few points, values that are not finite, or features that do not vary.
    """
    features = np.asarray(features)
    if method not in METHODS:
        raise InvalidInputError(f"The method must be one of {', '.join(METHODS)}. Received {method!r}.")
    if features.ndim != 2 or len(features) < FEWEST:
        raise InvalidInputError(
            f"A map needs at least {FEWEST} points. Received {len(features)}: ask for more moments."
        )
    if not np.isfinite(features).all():
        raise InvalidInputError(
            "A map is made of finite numbers. The layer has others: the training has gone wrong."
        )
    if not np.ptp(features, axis=0).any():
        raise InvalidInputError(
            f"A map needs points that differ. {layer or 'The layer'} says the same of all {len(features)}: it has learnt nothing."
        )
    coordinates = _LAYOUTS[method](features, seed, progress)
    return Map(coordinates, method, layer, seed, trustworthiness(features, coordinates, rows=rows, seed=seed))


def principal_components(features: np.ndarray, n_components: int = 2) -> np.ndarray:
    """Return the leading principal components, shape (n, n_components), float64.

    Each points where its largest loading is positive, so that the same points give the same picture.

    Parameters
    ----------
    features : np.ndarray, shape (n, d)
    """
    centred = np.asarray(features, np.float64) - np.mean(features, axis=0, dtype=np.float64)
    n, d = centred.shape
    kept = min(n_components, n, d)
    size = min(n, d)
    small = (
        centred.T @ centred if d <= n else centred @ centred.T
    )  # the smaller of the two has the same answer
    values, vectors = load("scipy.linalg").eigh(small, subset_by_index=[size - kept, size - 1])
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    if d > n:
        lengths = np.sqrt(np.where(values > values[0] * 1e-15, values, np.inf))
        vectors = centred.T @ vectors / lengths
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(kept)])
    found = centred @ (vectors * np.where(signs == 0, 1.0, signs))
    return np.pad(found, ((0, 0), (0, n_components - kept)))


def tsne_map(
    units: np.ndarray, *, seed: int = 0, perplexity: float = 30.0, progress: Progress = silent
) -> np.ndarray:
    """Lay points out in the plane so that neighbours stay neighbours (t-SNE by openTSNE).

    Parameters
    ----------
    units : np.ndarray, shape (n, d)
    perplexity : float
        About how many neighbours count; lowered for few points.

    Returns
    -------
    np.ndarray, shape (n, 2), float64
        The same for the same seed. Distances between far groups mean nothing.

    Raises
    ------
    InvalidInputError
        Fewer than 10 points.
    """
    if len(units) < FEWEST:
        raise InvalidInputError(f"A t-SNE map needs at least {FEWEST} points. Received {len(units)}.")
    steps = iter(range(50, 10_000, 50))
    tsne = load(
        "openTSNE"
    ).TSNE(
        perplexity=min(perplexity, (len(units) - 1) / 3),
        random_state=seed,
        n_jobs=1,  # two threads that wait for each other took 4 times the processor, and minutes on a busy machine
        early_exaggeration_iter=_ITERATIONS[0],
        n_iter=_ITERATIONS[1],
        callbacks=lambda *_: progress(next(steps), sum(_ITERATIONS), "rounds of t-SNE"),
        callbacks_every_iters=50,
    )
    return np.asarray(tsne.fit(np.asarray(units, dtype=np.float64)))


def _fewer_dimensions(features: np.ndarray) -> np.ndarray:
    return (
        features
        if features.shape[1] <= _MOST_DIMENSIONS
        else principal_components(features, _MOST_DIMENSIONS)
    )


def _pca(features: np.ndarray, seed: int, progress: Progress) -> np.ndarray:
    del seed  # nothing is drawn by lot
    coordinates = principal_components(features)
    progress(1, 1, "PCA")
    return coordinates


def _tsne(features: np.ndarray, seed: int, progress: Progress) -> np.ndarray:
    return tsne_map(_fewer_dimensions(features), seed=seed, progress=progress)


def _umap(features: np.ndarray, seed: int, progress: Progress) -> np.ndarray:
    progress(0, 1, "UMAP")
    fewer = np.asarray(_fewer_dimensions(features), np.float32)
    neighbours = min(15, len(fewer) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few points: it names its way out and takes it
        layout = _umap_module().UMAP(n_neighbors=neighbours, random_state=seed, n_jobs=1)
        coordinates = layout.fit_transform(fewer)
    progress(1, 1, "UMAP")
    return np.asarray(coordinates, np.float64)


def _umap_module() -> Any:
    """Return umap without its parametric part, for which alone it would start TensorFlow."""
    parametric = "umap.parametric_umap"
    if "umap" in sys.modules:
        return load("umap")
    sys.modules[parametric] = None  # type: ignore[assignment]  # Python's own way to say: not to be had
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)
            return load("umap")
    finally:
        del sys.modules[parametric]


_LAYOUTS = {"tsne": _tsne, "pca": _pca, "umap": _umap}
