"""What people said here about one question, as a sync needs it: last words, and what every operation said."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from workbench.labels.exchange.label_studio.answers import SKIPPED
from workbench.labels.exchange.label_studio.items import Item
from workbench.labels.store import LabelStore

Who = tuple[str, str]
"""Item id and annotator: each has one word there and here."""


@dataclass(frozen=True)
class Said:
    """One operation: what it said (:data:`SKIPPED` for a skip or a taken-back answer) and when in the order."""

    op_id: str
    value: str
    sequence: int


@dataclass
class LocalWords:
    """The state here.

    Attributes
    ----------
    items : dict
        Item by its id, of everything that was ever said.
    by_op : dict
        What each answer, skip and undo said.
    from_annotation : dict
        The newest operation that came from an annotation, by its id on that server.
    """

    items: dict[str, Item] = field(default_factory=dict)
    by_op: dict[str, Said] = field(default_factory=dict)
    from_annotation: dict[int, Said] = field(default_factory=dict)
    _standing: dict[Who, Said] = field(default_factory=dict)
    _newest: dict[Who, Said] = field(default_factory=dict)

    def word(self, who: Who) -> Said | None:
        """Return what stands; a taken-back answer stands as skipped; None when nothing was ever said."""
        return self._standing.get(who) or self._newest.get(who)

    def op_in_view(self, who: Who) -> str:
        """Return the operation that stands, ``""`` for none: what a new answer follows."""
        standing = self._standing.get(who)
        return standing.op_id if standing else ""

    def all(self) -> dict[Who, Said]:
        """Return every word that stands or was taken back."""
        return self._newest | self._standing


def read_local(store: LabelStore, question: str, *, server: str) -> LocalWords:
    """Read the events of a question in their order.

    Parameters
    ----------
    server : str
        Address and project: whose annotations ``from_annotation`` is about.
    """
    words = LocalWords()
    alive: dict[Who, list[Said]] = {}
    for row in store.rows():
        if row["question"] != question or row["kind"] not in ("answer", "skip", "undo"):
            continue
        item = Item(row["question"], row["clip"], row["start_s"], row["end_s"])
        who = (item.item_id, row["annotator"])
        words.items[item.item_id] = item
        said = Said(row["op_id"], row["value"] or SKIPPED, row["sequence"])
        words.by_op[said.op_id] = said
        some = alive.setdefault(who, [])
        if row["kind"] == "undo":
            some[:] = [one for one in some if one.op_id != row["undoes"]]
            words._newest[who] = said
        elif not row["conflicts_with"]:
            some.append(said)
            words._newest[who] = said
        _note_source(words, row["details"], said, server)
    words._standing = {who: some[-1] for who, some in alive.items() if some}
    return words


def _note_source(words: LocalWords, details: str, said: Said, server: str) -> None:
    if '"label_studio"' not in details:
        return
    source = json.loads(details).get("label_studio", {})
    if source.get("server") == server and isinstance(source.get("annotation"), int):
        words.from_annotation[source["annotation"]] = said
