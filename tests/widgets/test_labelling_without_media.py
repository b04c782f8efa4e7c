"""What was shown is answered and kept although the recordings and the features went away meanwhile."""

import shutil

from drawn_features import draw_dataset

from workbench.labels.store import LabelStore
from workbench.widgets.labelling_desk import label_frames


def test_l4_recordings_and_features_that_fail_do_not_keep_an_answer_from_being_recorded(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01", "02"), n_moments=12)
    widget = label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40)
    received = []
    widget.send = lambda content, buffers=None: received.append(content)

    def say(**content):
        widget._receive(widget, content, [])
        return received[-1]

    tasks = [item["task_id"] for item in say(type="more", start=0, n=30)["items"]]
    folders = sorted(path for path in dataset.features.iterdir() if path.is_dir())
    n_answered = 0
    for number, task in enumerate(tasks):
        if number % 10 == 5 and folders:  # one clip after the other is gone, at last all of them
            shutil.rmtree(folders.pop())
        assert say(type="context", task_id=task)["type"] in ("context", "trouble")
        operation = {"kind": "answer", "op_id": f"operation-{number}", "task_id": task, "value": "open"}
        (result,) = say(type="say", operations=[operation])["results"]
        assert result["state"] == "saved", result
        n_answered += 1
    with LabelStore.open(project.labels, read_only=True) as store:
        history = store.history()
    assert history["op_id"].tolist() == [f"operation-{n}" for n in range(n_answered)]
    assert n_answered == 30
