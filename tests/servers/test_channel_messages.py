"""Only widgets' messages pass between a page and its kernel, however they are written."""

import json

import pytest
from jupyter_server.services.kernels.connection.base import serialize_binary_message, serialize_msg_to_ws_v1

from workbench.servers.messages import may_leave_page, may_reach_page


def whole(kind, channel="shell", **content):
    return {
        "header": {"msg_type": kind},
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": channel,
    }


def both_ways(kind, channel="shell", **content):
    message = whole(kind, channel, **content)
    packed = serialize_msg_to_ws_v1(message, channel, pack=lambda part: json.dumps(part).encode())
    return [(json.dumps(message), False), (packed, True)]


FORBIDDEN = [
    *[
        (kind, "shell")
        for kind in ("execute_request", "inspect_request", "complete_request", "history_request")
    ],
    *[(kind, "control") for kind in ("debug_request", "shutdown_request", "interrupt_request", "comm_msg")],
    ("input_reply", "stdin"),
    ("shutdown_request", "shell"),
]


@pytest.mark.parametrize(("kind", "channel"), FORBIDDEN)
def test_what_runs_code_or_stops_a_kernel_does_not_leave_a_page(kind, channel):
    assert not any(may_leave_page(m, binary=b) for m, b in both_ways(kind, channel, code="1", command="x"))


def test_widgets_messages_leave_a_page():
    assert all(may_leave_page(m, binary=b) for m, b in both_ways("comm_msg", comm_id="a", data={}))
    assert all(may_leave_page(m, binary=b) for m, b in both_ways("kernel_info_request"))
    for target, allowed in (
        ("jupyter.widget.control", True),
        ("os.system", False),
        (None, False),
        ([], False),
    ):
        assert all(
            may_leave_page(m, binary=b) is allowed for m, b in both_ways("comm_open", target_name=target)
        )


@pytest.mark.parametrize(
    "kind", ["error", "stream", "execute_result", "display_data", "execute_reply", "shutdown_reply"]
)
def test_what_a_kernel_prints_or_fails_at_does_not_reach_its_page(kind):
    assert not any(may_reach_page(m, binary=b) for m, b in both_ways(kind, "iopub", traceback=["/opt/x.py"]))


def test_widgets_answers_reach_their_page_with_their_buffers():
    message = whole("comm_msg", "iopub", data={})
    parts = [
        json.dumps(message[name]).encode() for name in ("header", "parent_header", "metadata", "content")
    ]
    assert may_reach_page(serialize_msg_to_ws_v1([*parts, b"\x00" * 900], "iopub"), binary=True)
    assert all(may_reach_page(m, binary=b) for m, b in both_ways("status", "iopub"))


def test_what_could_be_read_in_two_ways_passes_nowhere():
    good, hidden = both_ways("comm_msg")[1][0], both_ways("execute_request", code="1")[1][0]
    odd = [
        good[:20], good + b"x", b"", b"\xff" * 64, good[:8] + b"\xff" * 8 + good[16:],
        serialize_binary_message(whole("comm_msg") | {"buffers": []}), hidden,
    ]  # fmt: skip
    assert not any(may_leave_page(message, binary=True) for message in odd)
    texts = [
        "",
        "[]",
        "1",
        "null",
        "{",
        "[" * 100_000,
        json.dumps({"header": [], "channel": "shell", "content": {}}),
    ]
    assert not any(may_leave_page(text, binary=False) for text in texts)
    assert not may_leave_page(both_ways("comm_msg")[0][0], binary=True)
    assert not may_leave_page(good, binary=False)
