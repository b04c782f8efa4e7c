"""Saliency over the consecutive moments of one clip: the face, the sound by time and frequency, and whose say it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.saliency.cut import Pictures
from workbench.models.saliency.modalities import ModalityShares, modality_shares
from workbench.systems.saliency_moments import SaliencyMoments

MOST_MOMENTS = 30
BANDS_HZ = ((0, 1000), (1000, 4000), (4000, 8000), (8000, 16000), (16000, 24000))
"""Where speech's pitch, formants and fricatives lie, and what is above: a network that listens there hears a codec."""
_NYQUIST_HZ = 24_000


@dataclass(frozen=True)
class ClipSaliency:
    """One clip, moment by moment, for one class all along.

    Attributes
    ----------
    moments : SaliencyMoments
        In order of time.
    method : str
    explained : str
        The class: what most moments were answered with, unless another was asked for.
    maps : dict of str to np.ndarray, shape (n, height, width)
        Signed, in log-odds, for integrated gradients; for the others each moment's largest value is 1.
    shares : ModalityShares or None
        Of the fused network.
    """

    moments: SaliencyMoments
    method: str
    explained: str
    maps: Pictures
    shares: ModalityShares | None

    @property
    def clip(self) -> str:
        """The clip's id."""
        return str(self.moments.table["clip"].iloc[0])

    @property
    def time_s(self) -> np.ndarray:
        """The moments, seconds from the clip's time zero, shape (n,)."""
        return self.moments.table["time_s"].to_numpy()

    @property
    def probability(self) -> np.ndarray:
        """The probability of the explained class, shape (n,)."""
        return self.moments.table[f"p_{self.explained}"].to_numpy()

    def time_frequency(self) -> np.ndarray:
        """Return what of the sound speaks for the class, by frequency and moment, shape (400, n), 24 kHz in the first row.

        Raises
        ------
        InvalidInputError
            The network hears nothing.
        """
        if "columns" not in self.maps:
            raise InvalidInputError(
                f"Time and frequency need a network that hears. {self.moments.run.id} is of the {self.moments.network} network."
            )
        return np.maximum(self.maps["columns"][:, :, 0].T, 0)

    def bands(self) -> dict[tuple[int, int], float]:
        """Return which share of the sound's map lies in which band (from, to Hz); NaN for an empty map."""
        size = self.time_frequency().sum(axis=1, dtype=float)[::-1]  # 0 Hz first
        middles = (np.arange(len(size)) + 0.5) * _NYQUIST_HZ / len(size)
        total = size.sum()
        return {
            (low, high): float(size[(middles >= low) & (middles < high)].sum() / total)
            if total
            else float("nan")
            for low, high in BANDS_HZ
        }

    def as_json(self) -> dict[str, Any]:
        """Return clip, class, and what is said in figures: bands and shares."""
        content: dict[str, Any] = {"clip": self.clip, "class": self.explained, "method": self.method}
        content["time_s"] = [round(float(t), 3) for t in self.time_s]
        content["probability"] = [round(float(p), 4) for p in self.probability]
        if "columns" in self.maps:
            content["bands"] = [
                {"low_hz": low, "high_hz": high, "share": _number(share)}
                for (low, high), share in self.bands().items()
            ]
        if self.shares is not None:
            parts = {
                "added": self.shares.added,
                "shapley": self.shares.shapley,
                "share": self.shares.shares(),
            }
            content["modalities"] = {
                what: {name: [_number(v) for v in values] for name, values in found.items()}
                for what, found in parts.items()
            }
            content["largest_gap"] = _number(np.abs(self.shares.gap).max())
        return content


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def explain_clip(
    moments: SaliencyMoments,
    *,
    method: str = "integrated_gradients",
    explained: str | None = None,
    most_moments: int = MOST_MOMENTS,
    seed: int = 0,
) -> ClipSaliency:
    """Explain one clip over its moments; of a long one every second (third…) moment.

    The fused network's maps are integrated gradients whatever the method: only they add up to shares.

    Parameters
    ----------
    moments : SaliencyMoments
        From :func:`workbench.systems.saliency_moments.clip_to_explain`.
    explained : str, optional
        The class to explain at every moment; what most of them were answered with when left out.

    Raises
    ------
    InvalidInputError
        There is no such class or method.
    """
    every = -(-len(moments.table) // most_moments)
    kept = np.arange(0, len(moments.table), every)
    moments = replace(
        moments,
        table=moments.table.iloc[kept].reset_index(drop=True),
        arrays={name: values[kept] for name, values in moments.arrays.items()},
    )
    classes = moments.predictor.classes
    chosen = explained if explained is not None else str(moments.table["predicted"].mode().iloc[0])
    if chosen not in classes:
        raise InvalidInputError(f"The class must be one of {', '.join(classes)}. Received {chosen!r}.")
    asked = replace(moments, table=moments.table.assign(predicted=chosen))
    if len(moments.inputs) == 2:
        shares = modality_shares(asked.cut, asked.pictures, asked.classes)
        return ClipSaliency(moments, "integrated_gradients", chosen, shares.maps, shares)
    found = asked.attribute(method, seed=seed)
    # Only integrated gradients have a unit. Of the others one steep moment would leave all others dark.
    maps = found.maps if method == "integrated_gradients" else found.strengths()
    return ClipSaliency(moments, method, chosen, maps, None)
