import subprocess
import sys

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.projection import lay_out, principal_components, tsne_map


def two_groups(rng, n=40, d=16):
    return np.concatenate([rng.normal(0, 0.1, (n, d)), rng.normal(3, 0.1, (n, d))])


def apart(points):
    half = len(points) // 2
    centres = points[:half].mean(axis=0), points[half:].mean(axis=0)
    return np.linalg.norm(centres[0] - centres[1]) > 2 * max(points[:half].std(), points[half:].std())


@pytest.mark.parametrize("shape", [(200, 16), (30, 400)])
def test_principal_components_agree_with_scikit_learn_to_1e_6(rng, shape):
    from sklearn.decomposition import PCA

    features = rng.normal(5, 1, shape) * np.linspace(1, 4, shape[1])
    ours, theirs = principal_components(features, 3), PCA(3).fit_transform(features)
    theirs *= np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_components_that_are_not_there_are_zero(rng):
    line = rng.normal(size=(12, 1)) * np.ones((1, 5))
    found = principal_components(line, 7)
    assert found.shape == (12, 7)
    assert found[:, 0].std() > 0.1 and np.abs(found[:, 1:]).max() < 1e-6


def test_groups_that_are_apart_stay_apart_and_the_map_is_the_same_for_the_same_seed(rng):
    units, told = two_groups(rng), []
    points = tsne_map(units, seed=1, progress=lambda done, total, what: told.append((done, total)))
    assert points.shape == (80, 2)
    np.testing.assert_allclose(points, tsne_map(units, seed=1))
    assert apart(points)
    assert told[0] == (50, 750) and told[-1] == (750, 750)


def test_a_map_knows_how_it_was_made_and_how_far_it_can_be_believed(rng):
    features = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 9))  # a plane: nothing is lost
    found = lay_out(features, method="pca", layer="dense_16")
    assert (found.n, found.method, found.layer) == (60, "pca", "dense_16")
    assert found.trust.score.value == pytest.approx(1.0)
    assert (
        found.trust.in_words() == "trustworthiness 1.000 (no interval; 12 neighbours, 60 of 60 points asked)"
    )


@pytest.mark.slow
def test_umap_lays_out_the_same_for_the_same_seed_and_starts_no_tensorflow(tmp_path):
    code = (
        "import sys, numpy as np; from workbench.evaluation.projection import lay_out; rng = np.random.default_rng(0);"
        "units = np.concatenate([rng.normal(0, .1, (40, 60)), rng.normal(3, .1, (40, 60))]);"
        "a, b = (lay_out(units, method='umap', seed=3).coordinates for _ in 'ab');"
        "assert (a == b).all(); assert 'tensorflow' not in sys.modules and 'umap.parametric_umap' not in sys.modules;"
        f"np.save({str(tmp_path / 'points.npy')!r}, a)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    points = np.load(tmp_path / "points.npy")
    assert points.shape == (80, 2) and apart(points)


def test_what_cannot_be_laid_out_is_refused_in_words(rng):
    with pytest.raises(InvalidInputError, match="one of tsne, pca, umap. Received 'mds'"):
        lay_out(rng.normal(size=(20, 3)), method="mds")
    with pytest.raises(InvalidInputError, match="at least 10 points. Received 9"):
        lay_out(rng.normal(size=(9, 3)))
    with pytest.raises(InvalidInputError, match="at least 10.*Received 3"):
        tsne_map(np.zeros((3, 16)))
    with pytest.raises(InvalidInputError, match="dense_16 says the same of all 12: it has learnt nothing"):
        lay_out(np.ones((12, 16)), layer="dense_16")
    with pytest.raises(InvalidInputError, match="finite"):
        lay_out(np.full((12, 3), np.nan))
