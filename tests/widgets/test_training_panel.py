"""A training that a notebook can watch and stop, without any network: what it trains is a stand-in."""

import threading
from contextlib import contextmanager

import pytest

from workbench.errors import InvalidInputError
from workbench.models.runs import Run
from workbench.models.training import Epoch
from workbench.progress import Stopped
from workbench.widgets import training_panel as module
from workbench.widgets.training_panel import Training, training_panel

PATIENCE_S = 20
WARNING = {"code": "collapsed", "message": "It never says <positive>."}


def epoch(number):
    return Epoch(number, loss=1 / number, accuracy=0.5, val_loss=2 / number, val_accuracy=0.4, seconds=1.0)


def make_run(project, network, *, warnings=()):
    facts = {"status": "running", "warnings": list(warnings)}
    return Run.create(project, dataset="sample", network=network, seed=0, facts=facts)


class StandIn:
    """Trains as `train_all` and `train` do, one epoch for each release of ``go``."""

    def __init__(self):
        self.go = threading.Semaphore(0)
        self.at_epoch = threading.Semaphore(0)
        self.error = None
        self.asked = []

    def train_all(self, project, dataset, *, on_epoch, progress, **settings):
        self.asked.append((dataset, "all", settings))
        return {name: self._one(project, name, on_epoch, progress) for name in ("visual", "audio")}

    def train(self, project, what, *, on_epoch, progress):
        self.asked.append((what.dataset, what.network, {"epochs": what.settings.epochs, "seed": what.seed}))
        return self._one(project, what.network, on_epoch, progress)

    def _one(self, project, network, on_epoch, progress):
        run = make_run(project, network, warnings=[WARNING])
        try:
            for number in (1, 2):
                progress(number - 1, 2, f"{network}: epoch {number} of 2")
                self.at_epoch.release()
                assert self.go.acquire(timeout=PATIENCE_S)
                progress(number, 2, f"{network}: epoch {number} of 2")
                if self.error is not None:
                    raise self.error
                on_epoch(run, epoch(number))
        except Stopped:
            run.update(status="stopped")
            raise
        run.update(status="finished")
        return run


@pytest.fixture
def stand_in(monkeypatch):
    stand_in = StandIn()
    monkeypatch.setattr(module, "train_all", stand_in.train_all)
    monkeypatch.setattr(module, "train", stand_in.train)
    return stand_in


@contextmanager
def running(training, stand_in):
    """Start a training and wait until it is in its first epoch; end it in any case."""
    training.start()
    assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)
    try:
        yield training
    finally:
        training.stop()
        stand_in.go.release(9)
        training.wait(PATIENCE_S)


def finish(training, stand_in, *, n_epochs=9):
    stand_in.go.release(n_epochs)
    training.wait(PATIENCE_S)


def parts(panel):
    controls, words, curves, alarms = panel.children
    start, stop, bar = controls.children
    return start, stop, bar, words, alarms, curves


def test_nothing_is_trained_before_the_start(project, stand_in):
    training = Training(project, "sample")
    assert (training.state, training.words()) == ("idle", "Not started.")
    assert stand_in.asked == []


def test_a_training_runs_and_then_names_its_runs_and_what_to_beware_of(project, stand_in):
    training = Training(project, "sample", split="clip", seed=3, epochs={"visual": 2})
    training.start()
    assert training.state == "running"
    finish(training, stand_in)
    assert (training.state, training.words()) == ("finished", "Finished and judged.")
    assert {name: Run(project.runs / run).facts()["network"] for name, run in training.runs.items()} == {
        "visual": "visual",
        "audio": "audio",
    }
    assert training.alarms == {WARNING["message"]: ["visual", "audio"]}
    assert stand_in.asked == [("sample", "all", {"split": "clip", "seed": 3, "epochs": {"visual": 2}})]


def test_one_network_is_trained_for_the_epochs_said_for_it(project, stand_in):
    training = Training(project, "sample", network="audio", seed=4, epochs={"visual": 9, "audio": 2})
    training.start()
    finish(training, stand_in)
    assert stand_in.asked == [("sample", "audio", {"epochs": 2, "seed": 4})]
    assert list(training.runs) == ["audio"]


def test_every_epoch_is_added_to_the_history_of_its_network(project, stand_in):
    training = Training(project, "sample")
    with running(training, stand_in):
        assert training.networks() == []
        stand_in.go.release(3)
        for _ in range(3):
            assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)
        assert training.networks() == ["visual", "audio"]
        assert training.history("visual")["epoch"].tolist() == [1, 2]
        assert training.history("audio")["val_loss"].tolist() == [2.0]
        assert training.history("mouth").empty


def test_listeners_are_told_of_the_start_of_every_epoch_and_of_the_end(project, stand_in):
    training, heard = Training(project, "sample", network="visual", epochs=2), []
    training.on_change(lambda now: heard.append((now.state, len(now.history("visual")))))
    training.start()
    finish(training, stand_in)
    assert heard[0] == ("running", 0)
    assert ("running", 1) in heard
    assert heard[-1] == ("finished", 2)


def test_how_it_stands_is_said_in_words(project, stand_in):
    with running(Training(project, "sample"), stand_in) as training:
        assert training.words() == "visual: epoch 1 of 2 (estimating the time)"
        training.done, training.total = 1, 2
        assert "left)" in training.words()


def test_stopping_ends_it_at_its_next_step_and_says_how_to_go_on(project, stand_in):
    training = Training(project, "sample", network="visual", epochs=2)
    with running(training, stand_in):
        stand_in.go.release()
        assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)  # the first epoch is finished
        training.stop()
        assert (training.state, training.words()) == ("running", "Stopping …")
        finish(training, stand_in)
        (folder,) = project.runs.iterdir()
        assert (training.state, training.runs) == ("stopped", {})
        assert f"kept. Go on with `workbench train --resume {folder.name}`." in training.words()


def test_a_run_that_ended_before_the_stop_is_not_called_resumable(project, stand_in):
    training = Training(project, "sample")
    with running(training, stand_in):
        stand_in.go.release(2)
        for _ in range(2):  # visual ended; audio is in its first epoch
            assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)
        training.stop()
        finish(training, stand_in)
    assert training.words() == "Stopped: finished epochs are kept."


def test_a_stop_before_the_first_epoch_does_not_claim_to_keep_any(project, stand_in):
    training = Training(project, "sample")
    with running(training, stand_in):
        training.stop()
        finish(training, stand_in)
    assert training.words() == "Stopped: no epoch was finished yet."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InvalidInputError("A split needs 3 speakers. Received 1."), "A split needs 3 speakers. Received 1."),
        (ValueError("odd"), "Unexpected: ValueError: odd"),
    ],
)
def test_what_goes_wrong_is_said_in_its_own_words(project, stand_in, error, words):
    stand_in.error = error
    training = Training(project, "sample")
    training.start()
    finish(training, stand_in)
    assert (training.state, training.words()) == ("failed", words)


def test_a_setting_that_cannot_be_is_refused_in_words(project, stand_in):
    training = Training(project, "sample", network="smell")
    training.start()
    training.wait(PATIENCE_S)
    assert training.state == "failed"
    assert "mouth, visual, audio, audiovisual. Received 'smell'" in training.words()


def test_starting_twice_trains_once(project, stand_in):
    with running(Training(project, "sample"), stand_in) as training:
        training.start()
        assert len(stand_in.asked) == 1


def test_starting_again_begins_afresh(project, stand_in):
    training = Training(project, "sample", network="visual", epochs=2)
    training.start()
    finish(training, stand_in, n_epochs=2)
    assert stand_in.at_epoch.acquire(timeout=PATIENCE_S) and stand_in.at_epoch.acquire(timeout=PATIENCE_S)
    with running(training, stand_in):
        assert (training.state, training.networks(), training.runs) == ("running", [], {})
        assert training.alarms == {}


def test_the_panel_offers_to_start_and_not_to_stop_before_it_ran(project):
    start, stop, bar, words, alarms, curves = parts(training_panel(Training(project, "sample")))
    assert (start.description, start.disabled) == ("Train", False)
    assert (stop.description, stop.disabled) == ("Stop", True)
    assert (bar.value, words.value, alarms.value, curves.children) == (0, "Not started.", "", ())


def test_the_panel_follows_the_training_and_its_buttons_work(project, stand_in):
    training = Training(project, "sample", network="visual", epochs=2)
    start, stop, bar, words, _alarms, curves = parts(training_panel(training))
    start.click()
    assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)
    assert (start.disabled, stop.disabled) == (True, False)
    stand_in.go.release()
    assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)
    assert (bar.value, words.value.startswith("visual: epoch 2 of 2 (")) == (0.5, True)
    (picture,) = curves.children
    assert bytes(picture.value).startswith(b"\x89PNG")
    stop.click()
    assert (stop.disabled, words.value) == (True, "Stopping …")
    finish(training, stand_in)
    assert (start.disabled, stop.disabled) == (False, True)
    assert words.value.startswith("Stopped: ")
    assert curves.children == (picture,)


def test_a_picture_of_curves_grows_in_place_and_is_gone_when_it_starts_again(project, stand_in):
    training = Training(project, "sample", network="visual", epochs=2)
    start, *_, curves = parts(training_panel(training))
    start.click()
    stand_in.go.release()
    for _ in range(2):
        assert stand_in.at_epoch.acquire(timeout=PATIENCE_S)
    (picture,) = curves.children
    after_one = picture.value
    finish(training, stand_in)
    assert curves.children == (picture,)
    assert picture.value != after_one
    with running(training, stand_in):
        assert curves.children == ()


def test_what_to_beware_of_is_shown_as_text_with_its_networks(project, stand_in):
    training = Training(project, "sample")
    start, _stop, bar, words, alarms, _curves = parts(training_panel(training))
    start.click()
    finish(training, stand_in)
    assert (bar.value, words.value) == (1, "Finished and judged.")
    assert "<b>visual, audio</b>: It never says &lt;positive&gt;." in alarms.value


def test_running_the_cell_again_shows_the_training_that_runs(project, stand_in):
    with running(Training(project, "sample", network="visual", epochs=2), stand_in) as first:
        start, stop, _bar, words, *_ = parts(training_panel(Training(project, "sample")))
        assert (start.disabled, stop.disabled) == (True, False)
        assert "running already" in words.value
        stop.click()
        finish(first, stand_in)
        assert first.state == "stopped"
        assert "running already" not in words.value
    start, stop, _bar, words, *_ = parts(training_panel(Training(project, "sample")))
    assert words.value == "Not started."
