"""The analyst's figures: what they show is what is stored."""

import shutil

import numpy as np
import pytest

from tests.reports.world import write_comparison
from workbench.errors import InvalidInputError
from workbench.files import read_json
from workbench.reports import understanding


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_nothing_to_understand_before_a_training_is_said_in_words(project):
    with pytest.raises(InvalidInputError, match="No comparison of sample.*workbench train sample"):
        understanding.newest_comparison(project, "sample")


def test_the_newest_comparison_of_the_dataset_is_taken(project, runs):
    write_comparison(project, runs, name="20991121-101500-other", dataset="other")
    newest = write_comparison(project, runs, name="20271121-101500-sample")
    assert understanding.newest_comparison(project, "sample").name == newest


def test_confusions_show_the_counts_of_the_stored_evaluations(project, runs):
    stored = understanding.newest_comparison(project, "sample")
    drawing = understanding.confusions(project, stored)
    assert len(drawing.figure.axes) == len(runs)
    assert drawing._repr_png_()[0].startswith(b"\x89PNG")  # how a notebook asks for it
    for ax, (network, run) in zip(drawing.figure.axes, runs.items(), strict=True):
        judged = read_json(run.folder / "evaluation.json")["clips"]
        counts = np.array(judged["confusion"]["counts"])
        assert [int(words.split("\n")[0]) for words in words_of(ax)[:9]] == counts.ravel().tolist()
        right = judged["accuracy"]
        assert ax.get_title("left") == f"{network}: {right['k']} of {right['n']} right"


def test_a_compared_run_that_is_gone_is_named(project, runs):
    stored = understanding.newest_comparison(project, "sample")
    shutil.rmtree(runs["audio"].folder)
    with pytest.raises(InvalidInputError, match=f"{runs['audio'].id}.*train again"):
        understanding.confusions(project, stored)
