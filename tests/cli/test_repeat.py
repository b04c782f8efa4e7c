"""The commands around many trainings: what they answer, and one clear sentence with exit code 2 on bad input."""

import json
import sys

import pytest
from talking_heads import draw_heads
from typer.testing import CliRunner

import workbench.systems.search as searching
from tests.evaluation.tables import clip_table
from tests.systems import fake_trials
from workbench.cli.app import app, main
from workbench.cli.repeat import settings_like


def answer_of(project, *words):
    done = CliRunner().invoke(app, [*words, "--json", "--project", str(project.root)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_search_answers_with_its_best_settings_which_train_takes(project, monkeypatch):
    draw_heads(project, n_speakers=4, clips_each=3)
    monkeypatch.setattr(searching, "try_plan", fake_trials.try_plan)
    answer = answer_of(project, "search", "heads", "--trials", "3", "--epochs", "2", "--per-class", "8")
    assert answer["command"].endswith(f"--like {answer['group']}")
    settings = settings_like(project, answer["group"], "visual")
    assert settings.as_json() == answer["best"]["settings"]
    assert (settings.epochs, settings.per_class_train, settings.per_class_validation) == (2, 8, 2)
    more = answer_of(project, "search", "--resume", answer["group"], "--trials", "4")
    assert more["group"] == answer["group"]
    listed = answer_of(project, "runs")
    assert listed["runs"] == [] and listed["groups"][0]["what"] == "4 trials"


def test_whoever_stops_a_search_is_told_how_to_go_on(project, capsys, monkeypatch):
    def stopping(root, facts, *, progress=None):
        raise KeyboardInterrupt

    draw_heads(project, n_speakers=4, clips_each=3)
    monkeypatch.setattr(searching, "try_plan", stopping)
    monkeypatch.setattr(sys, "argv", ["workbench", "search", "heads", "--project", str(project.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    (group,) = answer_of(project, "runs")["groups"]
    assert group["status"] == "stopped" and group["go_on"] == f"workbench search --resume {group['group']}"
    assert group["go_on"] in capsys.readouterr().err


def test_runs_of_an_empty_project_say_how_to_make_one(project):
    done = CliRunner().invoke(app, ["runs", "--project", str(project.root)])
    assert done.exit_code == 0 and "No run yet" in done.stdout


def test_compare_lists_the_clips_on_request(project, tmp_path):
    clip_table(12, wrong={1, 2}).to_csv(tmp_path / "a.csv", index=False)
    clip_table(12, wrong={2, 5, 7}).to_csv(tmp_path / "b.csv", index=False)
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert "clips" not in answer_of(project, "compare", *files)
    (pair,) = answer_of(project, "compare", *files, "--clips")["clips"]
    assert [(row["outcome"], row["clip"]) for row in pair["rows"]] == [
        ("only_a", "clip-005"),
        ("only_a", "clip-007"),
        ("only_b", "clip-001"),
        ("neither", "clip-002"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "heads", "--seeds", "3", "--folds", "2"], "one at a time"),
        (["train", "heads", "--network", "visual", "--folds", "some"], "number of folds"),
        (["train", "heads", "--network", "visual", "--folds", "9"], "from 2 to 4"),
        (
            ["train", "heads", "--network", "visual", "--folds", "2", "--split", "clip"],
            "keeps speakers apart",
        ),
        (["train", "heads", "--network", "visual", "--seeds", "1"], "2 to 100"),
        (["train", "--resume", "nothing"], "one run only"),
        (["train", "heads", "--network", "visual", "--like", "nothing"], "one run only"),
        (["search"], "--resume ID"),
        (["search", "heads", "--network", "nose"], "must be one of mouth"),
        (["search", "heads", "--network", "audiovisual"], "no finished mouth run"),
        (["search", "heads", "--split", "frame"], "must not see the test"),
        (["search", "--resume", "nothing"], "fits one group only"),
        (["ablate", "heads", "--run", "nothing"], "one run only"),
        (["ablate", "heads", "--resume", "nothing"], "not both"),
        (["reproduce", "nothing"], "one run only"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(project, capsys, monkeypatch, words, said):
    draw_heads(project, n_speakers=4, clips_each=3)
    monkeypatch.setattr(sys, "argv", ["workbench", *words, "--project", str(project.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error
