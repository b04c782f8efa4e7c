"""The whole way with a real network: 5% of the frames labelled wrongly, found, corrected, trained again, judged."""

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_clip, draw_face, draw_mouth

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.evaluation.label_errors import label_errors, share_found
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.systems.cross_prediction import cross_predict
from workbench.systems.experiment import train
from workbench.systems.judged_moments import judged_moments
from workbench.systems.label_change import what_changed
from workbench.systems.plan import plan
from workbench.systems.retraining import retrain, why_again

pytestmark = pytest.mark.slow

SPEAKERS = ("01", "02", "03", "04", "05", "06", "07", "08")
N_MOMENTS = 40


def draw_talking(project, rng):
    """Clips of mouths that open and close, whose true states are returned."""
    dataset = Dataset(project.dataset_folder("talking"))
    store, rows, truth = FeatureStore(dataset.features), [], []
    for speaker in SPEAKERS:
        clip = f"{speaker}.{rng.integers(2**32):08x}"
        drawn = draw_clip(rng, n_moments=N_MOMENTS)
        skin = tuple(int(v) for v in rng.integers((150, 110, 80), (245, 200, 170)))
        openings = np.clip(np.sin(np.arange(N_MOMENTS) / 3 + rng.uniform(0, 6)) * 1.3, 0, 1)
        faces = np.stack([draw_face(opening=o, skin=skin) for o in openings])
        drawn.faces[:], drawn.mouths[:] = faces, np.stack([draw_mouth(face) for face in faces])
        store.write(clip, drawn, {"recipe": "drawn"})
        row = {"clip": clip, "file": f"{clip}.mp4", "sha256": clip, "kind": "video", "speaker": speaker}
        rows.append(row | {"intended": "neutral", "duration_s": f"{N_MOMENTS * 0.03:.6f}"})
        truth += [
            (clip, round(0.03 * k, 6), "open" if o > 0.15 else "closed") for k, o in enumerate(openings)
        ]
    dataset.write_table(pd.DataFrame(rows))
    return pd.DataFrame(truth, columns=["clip", "start_s", "true"])


def label(project, moments, who):
    """Record an answer about each moment: clip, start and value."""
    events = [
        LabelEvent(f"{who}-{number:08d}", who, "mouth", 2, clip, start_s, start_s, "answer", value)
        for number, (clip, start_s, value) in enumerate(moments)
    ]
    with LabelStore.open(project.labels) as store:
        store.record_all(events)


def test_mislabelled_frames_are_found_among_what_was_learnt_and_mended(project, rng):
    truth = draw_talking(project, rng)
    wrong = np.zeros(len(truth), bool)
    wrong[rng.choice(len(truth), round(0.05 * len(truth)), replace=False)] = True
    turned = truth["true"].map({"open": "closed", "closed": "open"})
    given = truth["true"].where(~wrong, turned)
    label(project, zip(truth["clip"], truth["start_s"], given, strict=True), "Ada")
    what = plan("talking", "mouth", answers="hand", epochs=3, per_class_train=150, per_class_validation=40)
    run = train(project, what)
    cross_predict(project, {"mouth": run}, n_folds=2)
    assert run.facts()["cross_predicted"]["by"] == "speaker"

    judged = judged_moments(project, {"mouth": run})
    split = run.split().set_index("clip")["part"]
    assert (judged.table["part"] == judged.table["clip"].map(split)).all()
    assert len(judged.table) == len(truth)  # every moment was asked of a network that had not seen it
    key = judged.table.assign(start_s=judged.table["start_s"].round(6)).merge(
        truth.assign(wrong=wrong), on=["clip", "start_s"], validate="one_to_one"
    )
    for part in ("train", "test"):
        rows = judged.table[judged.table["part"] == part]
        found = label_errors(judged.of("mouth", rows))
        planted = key["wrong"].to_numpy()
        order = judged.table.index.get_indexer(found.index)
        n_shown = int(np.ceil(0.1 * len(order)))
        among = planted[order[:n_shown]].sum() / planted[order].sum()
        assert among >= 0.6, part
        assert share_found(np.arange(len(order)), planted[order]) == among

    assert why_again(project, run) == ""
    fixed = truth[wrong]
    label(project, zip(fixed["clip"], fixed["start_s"], fixed["true"], strict=True), "Ada-again")
    with LabelStore.open(
        project.labels
    ) as store:  # Ada takes her slips back, so that the correction stands alone
        slips = store.answers("mouth").merge(fixed, on=["clip", "start_s"])
        store.record_all(
            LabelEvent(f"undo-{k:08d}", "Ada", "mouth", 2, s.clip, s.start_s, s.end_s, "undo", undoes=s.op_id)
            for k, s in enumerate(slips[slips["annotator"] == "Ada"].itertuples())
        )
    runs, why = retrain(project, {"mouth": (run,)})
    assert runs["mouth"][0].id != run.id
    assert why["mouth"] == "the answers it learns from have changed"
    now = judged_moments(project, {"mouth": runs["mouth"][0]})
    change = what_changed((run,), runs["mouth"], now.table[["clip", "start_s", "truth"]], why=why["mouth"])
    n_judged = int((key["part"] == "test").sum())
    assert change.trained and change.pair.n == n_judged
    assert change.judge_after.n == n_judged
    assert len(change.mended) - len(change.broken) == change.pair.only_a - change.pair.only_b
    assert change.pair.difference.low <= change.pair.difference.value <= change.pair.difference.high
    assert any("The judge has changed" in words for words in change.words)
    assert any("was trained again" in words and "95% interval" in words for words in change.words)
    assert retrain(project, runs)[0] == runs  # nothing has changed since
