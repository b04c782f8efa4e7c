from workbench.labels import reading


def test_labels_read_in_parts_are_those_that_stand_whatever_the_parts_size(
    any_store, event, rng, monkeypatch
):
    events, words = [], []
    for number in range(120):
        moment = float(rng.integers(12)) / 10
        kind = "skip" if rng.random() < 0.2 else "answer"
        given = {"start_s": moment, "end_s": moment, "annotator": str(rng.choice(["Ada", "Bob"]))}
        words.append(event(kind, "closed" if number % 2 and kind == "answer" else None, **given))
        events.append(words[-1])
        if rng.random() < 0.2:
            events.append(event("undo", undoes=words[-1].op_id, **given))
    any_store.record_all(events)
    standing = [recorded for who in ("Ada", "Bob") for recorded in any_store.standing("mouth", who)]
    expected = sorted(
        (
            said.event.clip,
            said.event.question,
            said.event.start_s,
            said.event.end_s,
            said.event.annotator,
            said.event.value,
        )
        for said in standing
        if said.event.kind == "answer"
    )
    for size in (1, 2, 7, 5_000):
        monkeypatch.setattr(reading, "ROWS_AT_ONCE", size)
        assert list(any_store.labels()) == expected
        assert list(any_store.labels("mouth", "Ada")) == [row for row in expected if row[4] == "Ada"]
        assert list(any_store.labels("sentiment")) == []


def test_words_in_short_are_the_standing_events_and_can_be_fetched_whole(any_store, event):
    first, second = event(), event("skip")
    undone, other = event(start_s=1.0, end_s=1.0), event(start_s=2.0, end_s=2.0)
    conflict = event(start_s=2.0, end_s=2.0, value="closed", after="")
    taken_back = event("undo", undoes=undone.op_id, start_s=1.0, end_s=1.0)
    any_store.record_all([first, second, undone, other, conflict, taken_back])
    words = any_store.words("mouth", "Ada")
    whole = any_store.standing("mouth", "Ada")
    assert [(word.sequence, word.op_id, word.kind) for word in words] == [
        (recorded.sequence, recorded.event.op_id, recorded.event.kind) for recorded in whole
    ]
    assert any_store.events_of([word.op_id for word in reversed(words)]) == whole
    assert any_store.events_of(["not-recorded"]) == []
    assert any_store.words("mouth", "Bob") == []
