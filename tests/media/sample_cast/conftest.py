"""A tiny cast, drawn once for all tests of it."""

import pytest

from workbench.media.sample_cast.cast import draw_cast


@pytest.fixture(scope="session")
def tiny_cast(tmp_path_factory):
    """Two actors with three clips each: returns the folder."""
    return draw_cast(tmp_path_factory.mktemp("cast"), n_actors=2, n_clips=3, seed=7, n_workers=1).parent
