"""The page's arithmetic is the kernel's: the same script that the browser runs, run by node on random clips."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import workbench.widgets
from workbench.evaluation.decision import (
    ALPHAS,
    MOST_STRETCHES,
    THRESHOLDS,
    Branches,
    decide,
    stretches_in_words,
    winners_over_alphas,
    winners_over_thresholds,
)
from workbench.sentiment import SENTIMENTS

SCRIPT = (Path(workbench.widgets.__file__).parent / "fusion_decision.js").read_text(encoding="utf-8")
# JSON has no NaN: it travels as null, both ways.
DRIVER = """
const real = (rows) => Float64Array.from(rows.flat(), (p) => p ?? NaN);
const plain = (rows) => Array.from(rows, (p) => (Number.isNaN(p) ? null : p));
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(input.clips.map(({ p_open, visual, audiovisual, alpha, threshold }) => {
  const branches = { p_open: real(p_open), visual: real(visual), audiovisual: real(audiovisual) };
  const { said, fused, opinion, winner } = decide(branches, 3, alpha, threshold);
  const alphas = overAlphas(branches, 3, threshold, input.alphas), thresholds = overThresholds(branches, 3, alpha, input.thresholds);
  const words = stretchesInWords("alpha", input.alphas, alphas, input.classes, input.most);
  return { said: plain(said), fused: Array.from(fused), opinion: plain(opinion), winner, alphas, thresholds, words };
})));
"""


def drawn_clip(rng, number):
    n = int(rng.integers(0, 60)) if number else 0  # the first clip has no moment at all
    p_open, face, both = rng.random(n), rng.dirichlet((0.6, 0.6, 0.6), n), rng.dirichlet((0.6, 0.6, 0.6), n)
    lost, unheard = rng.random(n) < (1.0 if number == 1 else 0.2), rng.random(n) < 0.2
    p_open[lost], face[lost] = np.nan, np.nan
    both[lost | unheard] = np.nan
    return Branches(p_open, face, both), float(rng.choice(ALPHAS)), float(rng.choice(THRESHOLDS))


def sendable(array):
    return np.where(np.isnan(array), None, array.astype(object)).tolist()


def test_browser_and_kernel_decide_alike_to_the_billionth(rng):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here; the browser test of the timeline compares them as well")
    clips = [drawn_clip(rng, number) for number in range(40)]
    sent = [
        {"p_open": sendable(b.p_open), "visual": sendable(b.visual), "audiovisual": sendable(b.audiovisual)}
        | {"alpha": alpha, "threshold": threshold}
        for b, alpha, threshold in clips
    ]
    question = {
        "clips": sent,
        "alphas": ALPHAS.tolist(),
        "thresholds": THRESHOLDS.tolist(),
        "classes": SENTIMENTS,
        "most": MOST_STRETCHES,
    }
    done = subprocess.run(
        [node, "-e", SCRIPT + DRIVER], input=json.dumps(question), capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)
    assert len(answers) == len(clips)
    for (branches, alpha, threshold), answer in zip(clips, answers, strict=True):
        ours = decide(branches, alpha=alpha, threshold=threshold)
        for name, array in (("said", ours.probabilities), ("opinion", ours.accumulated)):
            theirs = np.array(answer[name], float)
            np.testing.assert_allclose(theirs, array.ravel(), rtol=0, atol=1e-9)
        assert answer["fused"] == ours.fused.astype(int).tolist()
        assert answer["winner"] == ours.winner
        alphas = winners_over_alphas(branches, threshold=threshold)
        assert answer["alphas"] == alphas.tolist()
        assert answer["thresholds"] == winners_over_thresholds(branches, alpha=alpha).tolist()
        assert answer["words"] == stretches_in_words("alpha", ALPHAS, alphas, SENTIMENTS)
    assert len({answer["winner"] for answer in answers}) == 4  # every class, and a clip without a face
