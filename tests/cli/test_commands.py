"""The command line's contract: names, JSON on standard output, exit code 2 and one clear sentence on bad input."""

import json
import subprocess
import sys

import pandas as pd
import pytest

COMMANDS = [
    "sample",
    "import",
    "download",
    "extract",
    "networks",
    "train",
    "search",
    "ablate",
    "runs",
    "reproduce",
    "gate",
    "saliency",
    "analyze",
    "demo",
    "evaluate",
    "calibrate",
    "compare",
    "report",
    "lab",
    "dashboards",
    "doctor",
    "labels",
    "rights",
    "consent",
    "forget",
]


def workbench(*words, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def predictions(tmp_path):
    """Two tables over 12 clips of 4 speakers: `good` is right on all, `poor` always says neutral."""
    classes = ("negative", "neutral", "positive")
    rows = [(f"c{k}", f"s{k % 4}", classes[k % 3]) for k in range(12)]
    for name, answer in (("good", lambda truth: truth), ("poor", lambda truth: "neutral")):
        table = pd.DataFrame(
            [
                {
                    "clip": c,
                    "speaker": s,
                    "truth": t,
                    **{f"p_{n}": 0.8 if n == answer(t) else 0.1 for n in classes},
                }
                for c, s, t in rows
            ]
        )
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def test_help_names_every_command(tmp_path):
    code, out, _ = workbench("--help", cwd=tmp_path)
    assert code == 0
    assert [name for name in COMMANDS if name not in out] == []


def test_a_strangers_table_is_judged_like_a_run(predictions):
    code, out, _ = workbench("evaluate", "good.csv", "--json", cwd=predictions)
    judged = json.loads(out)
    assert code == 0
    assert judged["clips"]["accuracy"]["k"] == judged["clips"]["accuracy"]["n"] == 12
    assert judged["clips"]["confusion"] == {
        "classes": ["negative", "neutral", "positive"],
        "counts": [[4, 0, 0], [0, 4, 0], [0, 0, 4]],
    }
    assert judged["frames"] is None
    _, out, _ = workbench("evaluate", "poor.csv", "--json", cwd=predictions)
    assert "collapsed" in {w["code"] for w in json.loads(out)["warnings"]}


def test_confidences_are_measured_and_a_temperature_is_fitted_on_other_clips(predictions):
    table = pd.read_csv(predictions / "poor.csv")
    table.assign(clip="v-" + table["clip"]).to_csv(predictions / "other.csv", index=False)
    code, out, err = workbench(
        "calibrate", "poor.csv", "--validation", "other.csv", "--json", cwd=predictions
    )
    assert code == 0, err
    clips = json.loads(out)["clips"]
    assert clips["before"]["ece"]["value"] == pytest.approx(0.8 - 4 / 12)
    assert clips["after"]["ece"]["value"] < 0.05
    assert clips["threshold"]["value"] is None and clips["threshold"]["wanted"] == 0.9
    _, out, _ = workbench("calibrate", "poor.csv", "--bins", 10, cwd=predictions)
    assert "WARNING no_validation" in out
    assert "Per clip: It says 80% and is right 33% of the time" in out


def test_a_temperature_is_never_fitted_on_the_test(predictions):
    code, out, err = workbench("calibrate", "good.csv", "--validation", "poor.csv", cwd=predictions)
    assert (code, out) == (2, "")
    assert "12 of 12 validation clip(s) are in the test too" in err


def test_two_tables_are_compared_in_words(predictions):
    code, out, _ = workbench("compare", "good.csv", "poor.csv", "--json", cwd=predictions)
    pair = json.loads(out)["pairs"][0]
    assert code == 0
    assert (pair["both"], pair["only_a"], pair["only_b"], pair["neither"], pair["n"]) == (4, 8, 0, 0, 12)
    assert pair["mcnemar_p"] == pytest.approx(2 * 0.5**8)
    assert pair["sentence"]


def test_labels_go_out_and_come_back(tmp_path):
    table = "clip,question,start_s,end_s,annotator,value\na,mouth,0.03,0.03,ann,open\na,mouth,0.06,0.06,ann,closed\n"
    (tmp_path / "labels.csv").write_text(table)
    for _ in range(2):  # reading it twice changes nothing
        code, _, err = workbench("labels", "import", "labels.csv", cwd=tmp_path)
        assert code == 0, err
    code, out, _ = workbench("labels", "export", "--to", "out.csv", "--json", cwd=tmp_path)
    assert code == 0
    assert json.loads(out)["labels"] == 2
    assert pd.read_csv(tmp_path / "out.csv")[["clip", "question", "start_s", "value"]].to_csv(
        index=False
    ) == pd.read_csv(tmp_path / "labels.csv")[["clip", "question", "start_s", "value"]].to_csv(index=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["evaluate", "nowhere.csv"], "nowhere.csv"),
        (["calibrate", "nowhere.csv"], "nowhere.csv"),
        (["train", "nothing"], "no dataset|none called 'nothing'"),
        (["train"], "dataset's name"),
        (["extract", "nothing"], "none called 'nothing'"),
        (["import", "nowhere", "--name", "x"], "nowhere"),
        (["import", ".", "--name", "../x"], "letters, digits"),
        (["analyze", "nowhere.mp4"], "trained system"),
        (["sample", "--actors", "99"], "2 and 24"),
        (["train", "sample", "--network", "mouth", "--augment"], "--augment belongs"),
    ],
)
def test_bad_input_gets_exit_code_2_and_one_sentence(tmp_path, words, said):
    code, out, err = workbench(*words, cwd=tmp_path)
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert any(part in err for part in said.split("|")), err


def test_a_new_folder_becomes_a_project(tmp_path):
    workbench("labels", "export", "--to", tmp_path / "x.csv", "--project", tmp_path / "new", cwd=tmp_path)
    assert {p.name for p in (tmp_path / "new").iterdir()} >= {"datasets", "labels", "reports"}


@pytest.mark.slow
def test_the_networks_are_counted_as_published(tmp_path):
    _, out, _ = workbench("networks", "--json", cwd=tmp_path)
    assert json.loads(out) == {
        "mouth": 1252571,
        "visual": 136259,
        "audio": 2509827,
        "audiovisual": 2646107,
        "total": 4034937,
    }


def test_every_word_of_the_help_is_shown():
    """Typer reads square brackets in a help text as its own marks and leaves them out."""
    from rich.markup import render
    from typer.main import get_command

    from workbench.cli.app import app

    def texts(command):
        yield command.help or ""
        yield from (one.help for one in command.params if getattr(one, "help", None))
        for inner in getattr(command, "commands", {}).values():
            yield from texts(inner)

    said = list(texts(get_command(app)))
    assert len(said) > 100
    assert [text for text in said if render(text).plain != text] == []
