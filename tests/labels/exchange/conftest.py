"""Labels with every kind of event and with nasty names."""

import pytest

from workbench.labels.store import LabelStore

NASTY_CLIPS = (
    'odd, "name".ü',
    "=cmd|'/c calc'!A1",
    "'=x",
    "''+y",
    "@home",
    "-1",
    "../up",
    "ßtraße/\\:*?<>|",
    "日本語.🎬",
    "a;b",
)


@pytest.fixture
def labelled(store, event):
    """A store in which everything that can happen has happened."""
    for number, clip in enumerate(NASTY_CLIPS):
        store.record(event(clip=clip, value="open", start_s=number * 0.03, end_s=number * 0.03))
    store.record(event(start_s=1 / 3, end_s=2 / 3, annotator="Zoë O'Neil-Ünal"))
    store.record(event(question="sentiment", value="neutral"))
    store.record(event("skip", clip="skipped"))
    changed = event(clip="changed", value="closed")
    store.record(event(clip="changed", value="open", op_id="first-word"))
    store.record(changed)
    store.record(event("undo", clip="changed", undoes=changed.op_id))
    store.record(event(clip="changed", value="closed", after=""))  # a conflict
    store.record(event("flag", clip="changed", details={"note": 'why, "so"?\nnew line'}))
    store.record(
        event("verdict", clip="changed", value="open", details={"reason": "seen", "settles": ["first-word"]})
    )
    store.record(event(clip="cannot", value="cannot tell", schema_version=2))
    return store


@pytest.fixture
def another_store(tmp_path):
    """A second, empty store."""
    with LabelStore.open(tmp_path / "another") as another:
        yield another


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory):
    """A real Label Studio server on the loopback."""
    from label_studio_server import label_studio_server

    with label_studio_server(tmp_path_factory.mktemp("label-studio")) as server:
        yield server
