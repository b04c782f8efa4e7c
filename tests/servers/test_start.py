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
from workbench.servers import start_dashboards
from workbench.servers.processes import Server, running
from workbench.servers.start import dashboards_server, lab_server, notebooks_folder

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
    secret = "import os; print('kernel sees', sorted(os.environ), os.environ['WORKBENCH_PROJECT'])"
    write_notebook(notebooks / "dashboard_first.ipynb", secret)
    write_notebook(notebooks / "dashboard_broken.ipynb", "raise RuntimeError('/secret/path')")
    return project


def write_notebook(path, source):
    cells = [nbformat.v4.new_code_cell(source)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def test_a_host_that_others_can_reach_is_refused_with_what_to_do_instead(project, tmp_path):
    with pytest.raises(InvalidInputError, match=r"0\.0\.0\.0.*ssh -L 8866"):
        start_dashboards(project, host="0.0.0.0")


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
        dashboards_server(furnished, tmp_path / "dashboards", port=port)


def test_tokens_differ_each_time_and_stand_in_no_command_line(furnished, tmp_path):
    first, second = (lab_server(furnished, tmp_path / name) for name in "ab")
    assert split(first)[1] != split(second)[1]
    assert split(first)[1] not in " ".join(first.command)


def test_settings_with_a_token_can_be_read_by_this_account_only(furnished, tmp_path):
    server = dashboards_server(furnished, tmp_path / "dashboards")
    settings = server.folder / "voila.json"
    assert json.loads(settings.read_text())["Voila"]["token"] == split(server)[1]
    assert settings.stat().st_mode & 0o077 == 0
    assert server.folder.stat().st_mode & 0o077 == 0


def test_the_dashboards_are_copied_apart_from_everything_else(furnished, tmp_path):
    server = dashboards_server(furnished, tmp_path / "dashboards")
    shown = sorted(path.name for path in (server.folder / "shown").iterdir())
    assert shown == ["dashboard_broken.ipynb", "dashboard_first.ipynb"]


def test_a_single_dashboard_is_opened_at_once_and_several_are_listed(furnished, tmp_path):
    several = dashboards_server(furnished, tmp_path / "several")
    assert several.url.startswith(split(several)[0] + "/?token=")
    (furnished.root / "notebooks" / "dashboard_broken.ipynb").unlink()
    single = dashboards_server(furnished, tmp_path / "single")
    assert "/voila/render/dashboard_first.ipynb?token=" in single.url


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
PREFIXES = {
    "lab": ("/files/", "/view/", "/static/", "/api/contents/", "/nbconvert/html/", "/lab/api/", "/tree/"),
    "dashboards": ("/voila/files/", "/voila/static/", "/voila/render/", "/voila/api/contents/", "/static/"),
}


def probes(prefixes, root):
    """Addresses by which a recording, a label or a report might be reached."""
    for prefix in prefixes:
        yield from (f"{prefix}{place}" for place in PLACES)
        yield from (f"{prefix}{climb}/{PLACES[1]}" for climb in CLIMBS)
        yield f"{prefix}{str(root).lstrip('/')}/{PLACES[1]}"
        yield f"{prefix}/{root}/{PLACES[1]}"
        yield f"{prefix}face.png"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """JupyterLab and the dashboards, really running on a project."""
    from workbench.project import Project

    project = furnished.__wrapped__(Project.open(tmp_path_factory.mktemp("served") / "project"))
    folder = tmp_path_factory.mktemp("private")
    os.environ["CANARY_PASSWORD"] = "canary-password"
    try:
        servers = lab_server(project, folder / "lab"), dashboards_server(project, folder / "dashboards")
        (servers[1].folder / "shown" / "face.png").write_bytes(CANARY)  # as if a notebook had left one there
        with running(servers):
            yield project, *servers
    finally:
        del os.environ["CANARY_PASSWORD"]


@pytest.mark.slow
def test_without_its_token_jupyterlab_shows_nothing(both):
    address, _ = split(both[1])
    assert status(f"{address}/lab/tree/00_start.ipynb")[0] == 302
    assert status(f"{address}/api/contents")[0] == 403
    assert status(f"{address}/api/kernels", method="POST")[0] == 403


@pytest.mark.slow
def test_with_its_token_jupyterlab_lists_the_notebooks_and_nothing_else(both):
    address, token = split(both[1])
    code, body = status(f"{address}/api/contents", token)
    assert code == 200
    listed = {entry["name"] for entry in json.loads(body)["content"]}
    assert listed == {"00_start.ipynb", "dashboard_broken.ipynb", "dashboard_first.ipynb", "face.png"}


@pytest.mark.slow
def test_without_their_token_the_dashboards_ask_for_it(both):
    address, token = split(both[2])
    assert status(f"{address}/")[0] == 302
    assert status(f"{address}/voila/render/dashboard_first.ipynb")[0] in {302, 403}
    assert status(f"{address}/", token)[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("which", ["lab", "dashboards"])
@pytest.mark.parametrize("who", ["anyone", "holder of the token"])
def test_no_address_leads_to_a_recording_a_label_or_a_report(both, which, who):
    project, lab, dashboards = both
    address, token = split({"lab": lab, "dashboards": dashboards}[which])
    for probe in probes(PREFIXES[which], project.root):
        _code, body = status(address + probe, token if who != "anyone" else None)
        # what lies in the notebooks folder itself, JupyterLab may show to the holder of its token
        if not (which == "lab" and who != "anyone" and probe.endswith("face.png") and "cast" not in probe):
            assert not any(leak in body for leak in LEAKS), probe


@pytest.mark.slow
def test_a_dashboard_runs_with_a_clean_environment_and_hides_its_code(both):
    project, _lab, dashboards = both
    address, token = split(dashboards)
    code, body = status(f"{address}/voila/render/dashboard_first.ipynb", token)
    assert code == 200
    assert f"{project.root}".encode() in body  # the kernel knows its project
    assert b"CANARY_PASSWORD" not in body
    assert b"import os" not in body


@pytest.mark.slow
def test_a_broken_dashboard_shows_neither_path_nor_traceback(both):
    address, token = split(both[2])
    _code, body = status(f"{address}/voila/render/dashboard_broken.ipynb", token)
    assert b"/secret/path" not in body
    assert b"Traceback" not in body


@pytest.mark.slow
def test_ending_the_command_ends_both_servers(furnished):
    code = "from workbench.servers import start_lab; from workbench.project import Project; import sys; "
    code += "start_lab(Project.open(sys.argv[1]), open_browser=False)"
    command = [sys.executable, "-c", code, str(furnished.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline() for _ in range(4)]
        addresses = [line.split()[1] for line in said[:2]]
        assert all(status(address)[0] in {200, 302} for address in addresses), said
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert "kept" in rest
    time.sleep(0.5)
    for address in addresses:
        with pytest.raises(urllib.error.URLError):
            status(address)
