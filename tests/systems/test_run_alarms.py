"""What a training knows to be wrong before and after it: look-alikes, sound, over-fitting; and that it costs little."""

import time

import numpy as np
import pytest
from talking_heads import draw_heads, keep, through_jpeg
from talking_voices import copy_louder, draw_voices, keep_sound, speak, voice

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.leaks import leaks_of_split
from workbench.datasets.moments import moments_table
from workbench.datasets.splits import parts_of_moments, split_clips
from workbench.labels.store import LabelStore
from workbench.models.runs import Run
from workbench.models.training import Epoch
from workbench.systems.gate import examine
from workbench.systems.run_alarms import alarms_of_run, before_training


def asked(dataset, network, *, kind="speaker", seed=0):
    """The codes of what a training would be told before it begins."""
    split = split_clips(dataset.table(), kind=kind, seed=seed)
    moments = moments_table(dataset)
    moments["part"] = parts_of_moments(moments, split, seed=seed)
    return [a.code for a in before_training(dataset, moments, split, network=network, seed=seed)]


def parts_of(dataset):
    split = split_clips(dataset.table(), kind="speaker", seed=0).set_index("clip")
    learnt, tested = (split[split["part"] == part] for part in ("train", "test"))
    return learnt.index[0], tested.index[0], tested["speaker"].iloc[0]


def test_a_clean_split_raises_nothing(project, rng):
    assert asked(draw_heads(project, n_speakers=4), "visual") == []
    assert asked(draw_voices(project, n_speakers=4), "audio") == []


def test_copied_pictures_are_marked_by_the_training_itself(project, rng):
    dataset = draw_heads(project, n_speakers=4)
    learnt, tested, _ = parts_of(dataset)
    keep(
        dataset, tested, through_jpeg(FeatureStore(dataset.features).arrays(learnt, ("faces",))["faces"], rng)
    )
    assert asked(dataset, "visual") == ["leak_near_duplicates"]


def test_copied_sound_is_marked_for_networks_that_hear(project, rng):
    dataset = draw_voices(project, n_speakers=4)
    learnt, _, speaker = parts_of(dataset)
    copy_louder(dataset, rng, of=learnt, clip="copy", speaker=speaker)
    assert asked(dataset, "audio") == ["leak_near_duplicate_sound"]
    assert asked(dataset, "visual") == []


def test_the_gate_hears_a_copy_under_another_name_and_shows_the_pair(project, rng):
    dataset = draw_voices(project, n_speakers=4)
    learnt, _, speaker = parts_of(dataset)
    assert "sounds_apart" in [finding.code for finding in examine(project, "voices").findings]
    copy_louder(dataset, rng, of=learnt, clip="copy", speaker=speaker)
    gate = examine(project, "voices")
    found = gate.finding("leak_near_duplicate_sound")
    assert (found.examples[0].test_clip, found.examples[0].train_clip) == ("copy", learnt)
    assert found.details["clips_at_least_half_copied"] == 1
    assert "louder or under another name" in found.message
    assert gate.looked_at["test_sounds"] > 0 and gate.finding("pictures_unknown")


def test_a_split_that_is_known_to_leak_by_frame_is_not_asked_again(project):
    dataset = draw_heads(project, n_speakers=4)
    split = split_clips(dataset.table(), kind="frame", seed=0)
    assert asked(dataset, "visual", kind="frame") == [w["code"] for w in leaks_of_split(split)]


def test_asking_takes_a_second_or_two_however_large_the_dataset(project):
    dataset = draw_heads(project, n_speakers=4)
    begun = time.process_time()
    asked(dataset, "visual")
    assert time.process_time() - begun < 4


def test_silent_clips_are_told_to_networks_that_hear(project, rng):
    dataset = draw_voices(project, n_speakers=4)
    keep_sound(dataset, "s01-2", speak(voice(rng), rng) - 60)
    assert asked(dataset, "audio") == ["silent_sound"]
    assert "silent_sound" not in asked(dataset, "visual")


def test_the_gate_makes_no_label_store_and_reads_one_without_writing(project, monkeypatch):
    draw_heads(project, n_speakers=4)
    examine(project, "heads")
    assert not LabelStore.exists(project.labels)
    LabelStore.open(project.labels).close()
    opened = []
    plain = LabelStore.open.__func__

    def watched(cls, where, **how):
        opened.append(how.get("read_only", False))
        return plain(cls, where, **how)

    monkeypatch.setattr(LabelStore, "open", classmethod(watched))
    examine(project, "heads")
    assert opened == [True]


@pytest.mark.parametrize("rising", [True, False])
def test_a_runs_alarms_are_what_was_stored_and_what_its_curves_say(project, rising):
    warnings = [{"code": code, "message": code} for code in ("leak_order", "clipped_sound", "wide_interval")]
    facts = {
        "warnings": warnings,
        "n_samples": {"train": 900, "validation": 300},
        "effective_labels": {"train": {"n_clips": 30}, "validation": {"n_clips": 12}},
    }
    run = Run.create(project, dataset="sample", network="audio", seed=0, facts=facts)
    for epoch in range(1, 21):
        val_loss = 0.5 + 0.08 * max(epoch - 6, 0) if rising else 0.5
        run.add_epoch(
            Epoch(
                epoch=epoch,
                loss=1 / epoch,
                accuracy=0.8,
                val_loss=val_loss + 0.1 / epoch,
                val_accuracy=0.75,
                seconds=1,
            )
        )
    found = [alarm.code for alarm in alarms_of_run(run)]
    assert found == ["leak_order", "clipped_sound", *(["over_fitting"] if rising else [])]
    assert np.isfinite(run.history()["val_loss"]).all()
