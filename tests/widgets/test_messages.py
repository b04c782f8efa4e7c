"""A message reaches the handler of its type; what is wrong with it is said, and a fault of ours is not hidden."""

import pytest

from workbench.errors import StorageError
from workbench.widgets.messages import handle


def failing(error):
    def handler(content):
        raise error

    return handler


def test_the_handler_of_its_type_gets_the_message():
    heard = []
    assert handle({"type": "say", "value": 1}, {"say": heard.append}) is None
    assert heard == [{"type": "say", "value": 1}]


def test_an_unknown_type_is_answered_with_those_there_are():
    assert handle({"type": "sing"}, {"say": print, "show": print}) == (
        "A message must be one of say, show. Received 'sing'."
    )
    assert "Received None" in handle({}, {"say": print})


@pytest.mark.parametrize("error", [StorageError("NOT saved"), ValueError("x"), TypeError("y")])
def test_what_cannot_be_done_is_said(error):
    assert handle({"type": "say"}, {"say": failing(error)}) == str(error)


def test_a_fault_of_the_workbench_is_raised():
    with pytest.raises(ZeroDivisionError):
        handle({"type": "say"}, {"say": failing(ZeroDivisionError())})
