"""JupyterLab and the dashboards: how they are started, and what they answer to whom."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.servers.dashboards import Exposure, dashboards_servers
from workbench.servers.places import notebooks_folder
from workbench.servers.processes import Server, running
from workbench.servers.start import lab_server

CANARY = b"canary-of-a-private-recording"
LEAKS = (CANARY, base64.b64encode(CANARY)[:32])  # as it is, and as the contents API wraps it
PLACES = (
    "datasets/cast/clip.mp4",
    "datasets/cast/face.png",
    "labels/labels.sqlite",
    "reports/runs/r/run.json",
)


def status(url, token=None, method="GET"):
    """Ask without following redirects and without cookies; return the status and the body."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args):
            return None

    request = urllib.request.Request(url, method=method)
    if token:
        request.add_header("Authorization", f"token {token}")
    try:
        with urllib.request.build_opener(Stay, urllib.request.ProxyHandler({})).open(
            request, timeout=60
        ) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def split(server):
    """The address without its token, and the token."""
    address, token = server.url.split("?token=")
    return "/".join(address.split("/")[:3]), token


@pytest.fixture
def furnished(project):
    """A project with a recording, labels, a picture, and two notebooks of its own."""
    for name in PLACES:
        target = project.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(CANARY)
    notebooks = project.root / "notebooks"
    notebooks.mkdir()
    (notebooks / "face.png").write_bytes(CANARY)
    write_notebook(notebooks / "00_start.ipynb", "1 + 1")
    write_notebook(notebooks / "dashboard_fusion.ipynb", "1 + 1")
    return project


def write_notebook(path, source):
    cells = [nbformat.v4.new_code_cell(source)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def test_a_taken_port_is_refused_and_a_usual_one_that_is_taken_is_replaced(furnished, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInputError, match=f"must be free.*{port}"):
            lab_server(furnished, tmp_path / "lab", port=port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_outside_the_range_is_refused(furnished, tmp_path, port):
    with pytest.raises(InvalidInputError, match="1 to 65535"):
        dashboards_servers(furnished, tmp_path / "dashboards", Exposure(port=port))


def test_tokens_differ_each_time_and_stand_in_no_command_line(furnished, tmp_path):
    first, second = (lab_server(furnished, tmp_path / name) for name in "ab")
    assert split(first)[1] != split(second)[1]
    assert split(first)[1] not in " ".join(first.command)


def test_jupyterlab_is_told_where_the_dashboards_are(furnished, tmp_path):
    server = lab_server(furnished, tmp_path / "lab", dashboards_url="http://127.0.0.1:1/")
    assert server.environment["WORKBENCH_DASHBOARDS_URL"] == "http://127.0.0.1:1/"
    assert server.environment["WORKBENCH_PROJECT"] == str(furnished.root)


def test_a_new_project_gets_the_notebooks_of_the_workbench(project):
    folder = notebooks_folder(project)
    assert (folder / "00_start.ipynb").exists()


def test_a_person_s_own_notebooks_are_never_overwritten(furnished):
    mine = (furnished.root / "notebooks" / "00_start.ipynb").read_bytes()
    assert (notebooks_folder(furnished) / "00_start.ipynb").read_bytes() == mine
    assert not list((furnished.root / "notebooks").glob("1*.ipynb"))


def test_a_server_that_ends_at_once_is_told_with_the_end_of_its_log(tmp_path):
    command = (sys.executable, "-c", "print('no such extension'); raise SystemExit(3)")
    server = Server("JupyterLab", command, dict(os.environ), tmp_path, "http://127.0.0.1:9/")
    with pytest.raises(WorkbenchError, match=r"(?s)doctor.*no such extension"), running([server]):
        pytest.fail("it never answered")


def test_a_server_that_never_answers_is_stopped(tmp_path):
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    server = Server("JupyterLab", command, dict(os.environ), tmp_path, "http://127.0.0.1:9/")
    with pytest.raises(WorkbenchError, match="must answer within 1 s"), running([server], timeout_s=1.0):
        pytest.fail("it never answered")


CLIMBS = ("..", "%2e%2e", "..%2f..", "%252e%252e", "..%5c..", "./..", "notebooks/..", "//..", ".%2e")
PREFIXES = ("/files/", "/view/", "/static/", "/api/contents/", "/nbconvert/html/", "/lab/api/", "/tree/")


def probes(root):
    """Addresses by which a recording, a label or a report might be reached."""
    for prefix in PREFIXES:
        yield from (f"{prefix}{place}" for place in PLACES)
        yield from (f"{prefix}{climb}/{PLACES[1]}" for climb in CLIMBS)
        yield f"{prefix}{str(root).lstrip('/')}/{PLACES[1]}"
        yield f"{prefix}/{root}/{PLACES[1]}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab, really running on a project."""
    from workbench.project import Project

    project = furnished.__wrapped__(Project.open(tmp_path_factory.mktemp("served") / "project"))
    server = lab_server(project, tmp_path_factory.mktemp("private") / "lab")
    with running([server]):
        yield project, server


@pytest.mark.slow
def test_without_its_token_jupyterlab_shows_nothing(lab):
    address, _ = split(lab[1])
    assert status(f"{address}/lab/tree/00_start.ipynb")[0] == 302
    assert status(f"{address}/api/contents")[0] == 403
    assert status(f"{address}/api/kernels", method="POST")[0] == 403


@pytest.mark.slow
def test_with_its_token_jupyterlab_lists_the_notebooks_and_nothing_else(lab):
    address, token = split(lab[1])
    code, body = status(f"{address}/api/contents", token)
    assert code == 200
    listed = {entry["name"] for entry in json.loads(body)["content"]}
    assert listed == {"00_start.ipynb", "dashboard_fusion.ipynb", "face.png"}


@pytest.mark.slow
@pytest.mark.parametrize("who", ["anyone", "holder of the token"])
def test_no_address_of_jupyterlab_leads_to_a_recording_a_label_or_a_report(lab, who):
    address, token = split(lab[1])
    for probe in probes(lab[0].root):
        _code, body = status(address + probe, token if who != "anyone" else None)
        assert not any(leak in body for leak in LEAKS), probe


@pytest.mark.slow
def test_ending_the_command_ends_both_servers(furnished):
    code = "from workbench.servers import start_lab; from workbench.project import Project; import sys; "
    code += "start_lab(Project.open(sys.argv[1]), open_browser=False)"
    command = [sys.executable, "-c", code, str(furnished.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline() for _ in range(4)]
        addresses = [line.split()[1] for line in said[:2]]
        assert all(status(address)[0] in {200, 302} for address in addresses), said
        assert "/?token=" in addresses[1]
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert "kept" in rest
    time.sleep(0.5)
    for address in addresses:
        with pytest.raises(urllib.error.URLError):
            status(address)
