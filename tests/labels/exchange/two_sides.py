"""A store here and a project there, people at work on both, and the question whether both sides are equal."""

import random
from collections import Counter
from pathlib import Path

from label_studio_standin import TOKEN, Clock, StandIn

from workbench.labels.annotation import LabelEvent
from workbench.labels.exchange.label_studio.answers import result_of
from workbench.labels.exchange.label_studio.config import label_config
from workbench.labels.exchange.label_studio.items import DATA_KEY, Item, ItemToSend
from workbench.labels.exchange.label_studio.local import read_local
from workbench.labels.exchange.label_studio.retry import Retry
from workbench.labels.exchange.label_studio.server import ProjectOnServer
from workbench.labels.exchange.label_studio.sync import LabelStudioSync
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore

ADDRESS = "http://localhost:8080"
QUESTION = "mouth"
GUESS = {"closed": 0.25, "open": 0.75}
VALUES = ("closed", "open", "cannot tell")
PIXEL = "data:image/png;base64,iVBORw0KGgo="


class TwoSides:
    """Everything a test of the sync needs; ``seed`` decides the faults and what people do."""

    def __init__(self, folder: Path, *, seed: int = 0, fault_share: float = 0.0, n_items: int = 4) -> None:
        from workbench.labels.exchange.label_studio.wire import Wire

        self.rng = random.Random(seed)
        self.clock = Clock()
        self.there = StandIn(seed=seed)
        self.store = LabelStore.open(folder)
        wire = Wire(ADDRESS, TOKEN, transport=self.there)
        retry = Retry(attempts=4, sleep=self.clock.sleep, rng=random.Random(seed))
        self.server = ProjectOnServer.create(
            wire, title="t", config=label_config(schema_of(QUESTION)), retry=retry
        )
        self.server.page_size = 2
        self.there.fault_share = fault_share
        self.folder = folder
        self.items = [Item(QUESTION, f"clip.{n // 2}", 0.03 * n, 0.03 * n + n % 2) for n in range(n_items)]
        self._number = 0

    def close(self) -> None:
        self.store.close()

    def sync(self, *, restore_deleted=False, predictions=()):
        """Sync once; what is still under way then arrives."""
        to_send = [ItemToSend(item, "image", lambda: PIXEL) for item in self.items]
        one = LabelStudioSync(self.store, self.server, QUESTION, self.folder, restore_deleted=restore_deleted)
        try:
            return one.run(to_send, predictions=predictions)
        finally:
            self.there.flush()

    # people here

    def say(self, item, value, *, annotator="Ada", kind="answer", undoes=""):
        """Record what somebody says here; returns its op_id."""
        self._number += 1
        event = LabelEvent(
            op_id=f"here-{self._number:06d}",
            annotator=annotator,
            question=QUESTION,
            schema_version=schema_of(QUESTION).version,
            clip=item.clip,
            start_s=item.start_s,
            end_s=item.end_s,
            kind=kind,
            value=value,
            undoes=undoes,
        )
        self.store.record(event)
        return event.op_id

    def somebody_here(self):
        """One random thing that a person does here."""
        item = self.rng.choice(self.items)
        annotator = self.rng.choice(("Ada", "Zoë", "mia@example.org"))
        stands = self.local().op_in_view((item.item_id, annotator))
        doing = self.rng.random()
        if doing < 0.2 and stands:
            self.say(item, "", annotator=annotator, kind="undo", undoes=stands)
        elif doing < 0.3:
            self.say(item, "", annotator=annotator, kind="skip")
        else:
            self.say(item, self.rng.choice(VALUES), annotator=annotator)

    # people there

    def somebody_there(self):
        """One random thing that a person does on the server; returns who and what when it has to be kept here."""
        annotations = sorted(self.there.annotations)
        user = self.rng.choice((2, 3))
        doing = self.rng.random()
        if annotations and doing < 0.45:
            number = self.rng.choice(annotations)
            value = self.rng.choice(VALUES)
            self.there.person_edits(number, user=user, result=self.edited(number, value), was_cancelled=False)
        elif annotations and doing < 0.55:
            self.there.person_edits(self.rng.choice(annotations), user=user, was_cancelled=True)
        elif annotations and doing < 0.6:
            del self.there.annotations[self.rng.choice(annotations)]
        elif self.there.tasks:
            task = self.rng.choice(sorted(self.there.tasks))
            if not any(
                a["task"] == task and a["completed_by"] == user for a in self.there.annotations.values()
            ):
                self.there.person_annotates(task, user=user, result=self.native(self.rng.choice(VALUES)))

    def edited(self, number, value):
        """What the page sends when somebody chooses another answer: all else of the result stays."""
        result = [dict(region) for region in self.there.annotations[number]["result"]]
        result[0]["value"] = {"choices": [value]}
        return result

    def native(self, value):
        """What the page sends for a new answer."""
        return [{k: v for k, v in result_of(value, op_id="x" * 10, annotator="x")[0].items() if k != "meta"}]

    # both

    def local(self):
        """The words here."""
        return read_local(self.store, QUESTION, server=f"{ADDRESS}/projects/{self.server.project}")

    def words_here(self):
        """What each person says about each item here; nothing for skipped and taken back."""
        return {who: said.value for who, said in self.local().all().items() if said.value}

    def words_there(self, *, skipped=False):
        """What each person says there, by the annotation that counts: the oldest."""
        words = {}
        for number in sorted(self.there.annotations):
            one = self.there.annotations[number]
            told = one["result"][0].get("meta", {}).get(DATA_KEY, {})
            who = (
                self.there.tasks[one["task"]]["data"][DATA_KEY]["item"],
                told.get("annotator", self.there.users[one["completed_by"]]),
            )
            value = "" if one["was_cancelled"] else one["result"][0]["value"]["choices"][0]
            words.setdefault(who, value)
        return {who: value for who, value in words.items() if value or skipped}

    def check_equal(self):
        """Both sides say the same, nothing twice."""
        assert self.words_there() == self.words_here()
        tasks = Counter(task["data"][DATA_KEY]["item"] for task in self.there.tasks.values())
        assert set(tasks) == {item.item_id for item in self.items}
        worked_on = {one["task"] for one in self.there.annotations.values()}
        empty = {task["data"][DATA_KEY]["item"] for n, task in self.there.tasks.items() if n not in worked_on}
        assert not [
            item for item in empty if tasks[item] > 1
        ]  # a twin stays only when both hold people's work
        written = Counter(
            (one["task"], one["result"][0]["meta"][DATA_KEY]["annotator"])
            for one in self.there.annotations.values()
            if one["result"][0].get("meta")
        )
        assert max(written.values(), default=1) == 1
        predicted = Counter((p["task"], p["model_version"]) for p in self.there.predictions.values())
        assert max(predicted.values(), default=1) == 1

    def check_kept(self, words):
        """Every answer that was seen there is in the store, whether it stands or is in conflict."""
        said = {
            (Item(r["question"], r["clip"], r["start_s"], r["end_s"]).item_id, r["annotator"], r["value"])
            for r in self.store.rows()
        }
        lost = {(*who, value) for who, value in words.items()} - said
        assert not lost
