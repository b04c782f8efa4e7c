"""Wrong answers that were planted come first, whatever the network, and better than by confident learning alone."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.label_errors import label_errors, share_found

CLASSES = ("negative", "neutral", "positive")
SEEDS = range(3)


def drawn_moments(rng, *, n_speakers=9, clips_each=5, n_moments=16, changing=False):
    """Features of moments whose class is hard to tell for people never met; the class of a clip, or of its stretches."""
    rows, features = [], []
    centres = rng.normal(size=(3, 6))
    for speaker in range(n_speakers):
        own = rng.normal(scale=1.0, size=6)
        for clip in range(clips_each):
            here = own + rng.normal(scale=0.7, size=6)
            first = int(rng.integers(3))
            for k in range(n_moments):
                true = (first + (k // 8 if changing else 0)) % 3
                rows.append(
                    {"clip": f"{speaker}-{clip}", "speaker": str(speaker), "start_s": 0.03 * k, "true": true}
                )
                features.append(centres[true] + here + rng.normal(scale=0.8, size=6))
    table = pd.DataFrame(rows)
    return table.assign(end_s=table["start_s"] + 0.03), np.array(features)


def cross_validated(features, answers, speakers):
    """What a small trained classifier says about speakers it never met."""
    from sklearn.linear_model import LogisticRegression

    chances = np.zeros((len(answers), 3))
    for fold in range(3):
        held = speakers.astype(int) % 3 == fold
        chances[held] = (
            LogisticRegression().fit(features[~held], answers[~held]).predict_proba(features[held])
        )
    return chances


def planted(seed, *, of="moment", **options):
    """Moments with 5% wrong answers (of single moments, or of whole clips), learnt from as they are."""
    rng = np.random.default_rng(seed)
    table, features = drawn_moments(rng, **options)
    units = table["clip"] if of == "clip" else pd.Series(range(len(table)))
    chosen = rng.choice(units.unique(), max(1, round(0.05 * units.nunique())), replace=False)
    wrong = units.isin(chosen).to_numpy()
    moved = 1 + pd.factorize(table["clip"])[0] % 2 if of == "clip" else rng.integers(1, 3, len(table))
    answers = np.where(wrong, (table["true"] + moved) % 3, table["true"])
    chances = cross_validated(features, answers, table["speaker"])
    said = {f"p_{name}": chances[:, k] for k, name in enumerate(CLASSES)}
    return table.assign(truth=np.array(CLASSES)[answers], **said), wrong


@pytest.mark.parametrize("changing", [False, True])
def test_six_in_ten_planted_errors_and_more_are_in_the_first_tenth(changing):
    for seed in SEEDS:
        table, wrong = planted(seed, changing=changing)
        ours = share_found(label_errors(table).index.to_numpy(), wrong)
        alone = share_found(label_errors(table, neighbours=False).index.to_numpy(), wrong)
        assert ours >= 0.6
        assert ours > alone


def test_clips_labelled_wrongly_as_a_whole_are_found_no_worse_than_by_confident_learning_alone():
    found = []
    for seed in SEEDS:
        table, wrong = planted(seed, of="clip", clips_each=8)
        orders = (label_errors(table), label_errors(table, neighbours=False))
        found.append([share_found(order.index.to_numpy(), wrong) for order in orders])
    ours, alone = np.mean(found, axis=0)
    assert ours >= alone


def test_plain_self_confidence_is_that_of_cleanlab():
    from cleanlab.rank import get_label_quality_scores

    table, _ = planted(0)
    answers = table["truth"].map({name: k for k, name in enumerate(CLASSES)}).to_numpy()
    expected = get_label_quality_scores(answers, table[[f"p_{name}" for name in CLASSES]].to_numpy())
    found = label_errors(table, neighbours=False)["quality"]
    np.testing.assert_allclose(found.loc[table.index], expected, atol=1e-12)


def test_a_moment_that_differs_from_its_neighbours_says_so_and_what_is_likelier():
    table, _ = planted(1)
    table["truth"] = np.array(CLASSES)[table["true"]]
    odd = table.index[(table["clip"] == "3-2") & (table["start_s"].round(2) == 0.30)][0]
    right = table.loc[odd, "truth"]
    table.loc[odd, "truth"] = CLASSES[(CLASSES.index(right) + 1) % 3]
    found = label_errors(table)
    assert odd in found.index[:5]
    assert found.loc[odd, "likely"] == right
    assert "0 of 4 moments beside it carry the same answer" in found.loc[odd, "reason"]


def test_neighbours_that_change_at_random_are_not_asked():
    rng = np.random.default_rng(3)
    table, _ = planted(2)
    table["truth"] = rng.choice(CLASSES, len(table))
    with_neighbours, alone = label_errors(table), label_errors(table, neighbours=False)
    likeness = (
        with_neighbours["quality"].loc[table.index].corr(alone["quality"].loc[table.index], method="spearman")
    )
    assert likeness > 0.9


def test_few_moments_of_one_class_are_ordered_but_not_counted():
    table = planted(0)[0].head(6).assign(truth="neutral")
    found = label_errors(table)
    assert len(found) == 6
    assert not found["suspect"].any()


def test_no_moments_have_no_errors():
    assert label_errors(planted(0)[0].head(0)).empty


def test_what_was_learnt_from_or_has_no_time_is_refused():
    table = planted(0)[0].head(8)
    with pytest.raises(InvalidInputError, match="cross-validated"):
        label_errors(table.assign(part="learnt"))
    with pytest.raises(InvalidInputError, match="have no time"):
        label_errors(table.assign(start_s=np.nan))
