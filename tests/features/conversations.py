"""Pictures of two drawn heads on one canvas, whose places are known."""

from functools import cache

import numpy as np

from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import perform
from workbench.media.sample_cast.script import write_script

HEAD_WIDTH, WIDTH, HEIGHT = 260, 900, 360


@cache
def heads(actor, n_pictures=10):
    """A drawn actor's first pictures, cut to the head, shape (n, 300, 260, 3)."""
    part = write_script(actor, n_clips=3, seed=0, calm_face_share=0.0, flat_voice_share=0.0)[0]
    performance = perform(draw_actor(actor, seed=0), part, seed=0)
    drawn = [picture for picture, _ in zip(performance.pictures(), range(3 * n_pictures), strict=False)]
    return np.stack(drawn)[::3, 40:340, 110:370]


def canvas(*placed):
    """A picture with heads at places from the left; a later one stands before an earlier."""
    picture = np.repeat(np.tile(np.linspace(110, 170, WIDTH).astype(np.uint8), (HEIGHT, 1))[..., None], 3, 2)
    for head, left in placed:
        picture[30:330, left : left + HEAD_WIDTH] = head
    return picture
