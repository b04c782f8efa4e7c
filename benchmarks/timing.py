"""What benchmarks share: a clip to work on, and one way to print where the time goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.media.sample_cast.cast import draw_clip
from workbench.media.sample_cast.script import write_script


@dataclass(frozen=True)
class Timing:
    """One measured pass over a clip.

    Attributes
    ----------
    title : str
    n_moments, n_pictures : int
        Looks on the 30 ms grid, and different pictures among them.
    seconds : float
        Wall time of the whole pass.
    parts : dict of str to float
        Seconds of each part.
    """

    title: str
    n_moments: int
    n_pictures: int
    seconds: float
    parts: dict[str, float]

    @property
    def pictures_per_s(self) -> float:
        """Frames per second."""
        return self.n_pictures / self.seconds

    def lines(self) -> list[str]:
        """Return a table for people: ms per picture and share of every part."""
        rest = max(self.seconds - sum(self.parts.values()), 0.0)
        rows = [*sorted(self.parts.items(), key=lambda part: -part[1]), ("everything else", rest)]
        lines = [
            f"{self.title}: {self.pictures_per_s:.1f} frames/s"
            f" ({self.n_pictures} pictures, {self.n_moments} moments of 30 ms in {self.seconds:.2f} s,"
            f" {self.n_moments * 0.03 / self.seconds:.2f} x real time)"
        ]
        for name, seconds in rows:
            each_ms = 1000 * seconds / self.n_pictures
            lines.append(f"  {name:<18}{each_ms:8.2f} ms/frame {seconds / self.seconds:6.1%}")
        return lines


def drawn_clip(folder: Path) -> Path:
    """Draw one clip of the sample cast into ``folder`` and return its path."""
    part = write_script(1, n_clips=3, seed=0, calm_face_share=0.0, flat_voice_share=0.0)[0]
    draw_clip(folder, part, 0)
    return folder / part.file
