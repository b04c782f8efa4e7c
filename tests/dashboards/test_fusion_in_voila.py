"""What the server of the managers' pages that is shipped gives to nobody."""

import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.reports.world import write_world
from workbench.project import Project
from workbench.servers.processes import running
from workbench.servers.start import dashboards_server

pytestmark = pytest.mark.browser

PIXEL = b"\x89PNG\r\n\x1a\n a face that nobody may see"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A project with results and its dashboards server: (server, folder that is shown)."""
    project = Project.open(tmp_path_factory.mktemp("project"))
    write_world(project, n_speakers=6, n_clips=4)
    folder = tmp_path_factory.mktemp("server") / "dashboards"
    server = dashboards_server(project, folder)
    shown = folder / "shown"
    (shown / "face.png").write_bytes(PIXEL)
    with running([server]):
        yield server, shown


def address(server, path):
    parts = urllib.parse.urlsplit(server.url)
    return f"{parts.scheme}://{parts.netloc}/{path}?{parts.query}"


@pytest.mark.parametrize(
    "path",
    [
        "face.png",
        "voila/files/face.png",
        "voila/static/../face.png",
        "files/face.png",
        "dashboard_fusion.ipynb",
    ],
)
@pytest.mark.parametrize("with_token", [False, True], ids=["stranger", "manager"])
def test_no_file_of_the_folder_can_be_fetched(served, path, with_token):
    server, _ = served
    where = address(server, path)
    where = where if with_token else where.split("?")[0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        body = opener.open(where, timeout=20).read()
    except urllib.error.HTTPError as error:
        body = error.read()
        assert error.code in (401, 403, 404)
    assert PIXEL not in body and b"from workbench" not in body


def test_a_stranger_without_the_key_sees_nothing(served):
    server, _ = served
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    where = address(server, "voila/render/dashboard_fusion.ipynb").split("?")[0]
    try:
        answer = opener.open(where, timeout=20)
        body = answer.read()
        assert b"Yes" not in body and b'class="answer' not in body and "login" in answer.url
    except urllib.error.HTTPError as error:
        assert error.code in (401, 403)
