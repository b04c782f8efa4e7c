"""Any order of doing, undoing, flagging and deciding, by several people, equals a small model: on either engine (L7)."""

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore

PEOPLE = st.sampled_from(["Ada", "Bob"])
PLACES = st.integers(0, 2)
VALUES = st.sampled_from(["open", "closed", "cannot tell"])
BATCH = st.lists(st.tuples(PEOPLE, PLACES, VALUES), min_size=2, max_size=4)


class Model:
    """What the store should say: every event in order, and which of them were taken back."""

    def __init__(self):
        self.events = []
        self.taken_back = set()

    def words(self, person, place):
        mine = [e for e in self.events if (e["person"], e["place"]) == (person, place) and e["counts"]]
        return [
            e["op_id"] for e in mine if e["kind"] in ("answer", "skip") and e["op_id"] not in self.taken_back
        ]

    def open(self, *kinds):
        return [e for e in self.events if e["kind"] in kinds and e["op_id"] not in self.taken_back]

    def add(self, event, *, seen=None):
        stands = (self.words(event["person"], event["place"]) or [""])[-1]
        counts = seen is None or seen == stands
        self.events.append({**event, "counts": counts})
        return "" if counts else stands or seen


class Labelling(RuleBasedStateMachine):
    """Two people at three moments; both the model and the store are told everything."""

    address = staticmethod(lambda: "")

    def __init__(self):
        super().__init__()
        self.store = LabelStore.open(self.address())
        self.model = Model()
        self.numbers = itertools.count()

    def teardown(self):
        self.store.close()

    def _event(self, person, place, kind, value="", **more):
        op_id = f"operation-{next(self.numbers):05d}"
        moment = {"clip": f"clip{place}", "start_s": 0.0, "end_s": 0.0}
        event = LabelEvent(op_id, person, "mouth", 2, **moment, kind=kind, value=value, **more)
        return event, {"op_id": op_id, "person": person, "place": place, "kind": kind, "value": value}

    def _do(self, person, place, kind, value="", *, seen=None):
        more = {"after": seen} if kind in ("answer", "skip") else {}
        event, plain = self._event(person, place, kind, value, **more)
        recorded = self.store.record(event)
        assert recorded.conflicts_with == self.model.add(plain, seen=seen)
        assert self.store.record(event).repeated
        return recorded

    @rule(
        person=PEOPLE,
        place=PLACES,
        value=VALUES,
        kind=st.sampled_from(["answer", "skip", "flag", "verdict", "repeat"]),
    )
    def say(self, person, place, value, kind):
        self._do(person, place, kind, value if kind in ("answer", "verdict", "repeat") else "")

    @rule(person=PEOPLE, place=PLACES, value=VALUES)
    def answer_with_the_last_word_in_view(self, person, place, value):
        self._do(person, place, "answer", value, seen=(self.model.words(person, place) or [""])[-1])

    @rule(person=PEOPLE, place=PLACES, value=VALUES, data=st.data())
    def a_laptop_wakes_with_an_old_state(self, person, place, value, data):
        ever = [e["op_id"] for e in self.model.events if (e["person"], e["place"]) == (person, place)]
        self._do(person, place, "answer", value, seen=data.draw(st.sampled_from(["", *ever])))

    @rule(batch=BATCH)
    def several_at_once(self, batch):
        pairs = [self._event(person, place, "answer", value) for person, place, value in batch]
        self.store.record_all([event for event, _ in pairs])
        for _, plain in pairs:
            self.model.add(plain)

    @rule(person=PEOPLE, data=st.data())
    def undo_anything_anybody_did(self, person, data):
        if not self.model.events:
            return
        target = data.draw(st.sampled_from(self.model.events))
        event, _ = self._event(person, target["place"], "undo", undoes=target["op_id"])
        own, done = target["person"] == person, target["op_id"] in self.model.taken_back
        allowed = own and not done
        if target["kind"] in ("answer", "skip") and target["counts"]:
            allowed = allowed and self.model.words(person, target["place"])[-1:] == [target["op_id"]]
        if allowed:
            self.store.record(event)
            self.model.taken_back.add(target["op_id"])
        else:
            with pytest.raises(InvalidInputError, match="An undo must take back"):
                self.store.record(event)

    @invariant()
    def the_store_says_what_the_model_says(self):
        standing = {}
        for person, place in itertools.product(("Ada", "Bob"), range(3)):
            words = self.model.words(person, place)
            if words:
                last = next(e for e in self.model.events if e["op_id"] == words[-1])
                standing[(f"clip{place}", person)] = (last["kind"], last["value"])
        table = self.store.current("mouth")
        said = {(row.clip, row.annotator): ("answer", row.value) for row in table.itertuples()}
        assert said == {key: word for key, word in standing.items() if word[0] == "answer"}
        assert len(self.store.skips("mouth")) == sum(word[0] == "skip" for word in standing.values())
        assert list(self.store.flags("mouth")["op_id"]) == [e["op_id"] for e in self.model.open("flag")]
        assert list(self.store.repeats("mouth")["op_id"]) == [e["op_id"] for e in self.model.open("repeat")]
        unseen = [e["op_id"] for e in self.model.open("answer", "skip") if not e["counts"]]
        assert list(self.store.conflicts("mouth")["op_id"]) == unseen
        verdicts = {f"clip{e['place']}": e["value"] for e in self.model.open("verdict")}
        assert {row.clip: row.value for row in self.store.verdicts("mouth").itertuples()} == verdicts

    @invariant()
    def nothing_is_ever_removed(self):
        assert self.store.last_sequence() == len(self.model.events) + len(self.model.taken_back)


QUICK = settings(
    max_examples=4, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(QUICK, max_examples=10, stateful_step_count=40)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("how", [QUICK, pytest.param(LONG, marks=pytest.mark.slow)], ids=["quick", "long"])
def test_L7_any_doing_and_undoing_by_two_people_equals_the_model(engine, how, new_place, monkeypatch):
    monkeypatch.setattr(Labelling, "address", staticmethod(lambda: new_place(engine)))
    run_state_machine_as_test(Labelling, settings=how)
