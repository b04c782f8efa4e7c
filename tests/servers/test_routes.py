"""Who may ask what: every route of the list times every role, and objects of others."""

import json
import re
import uuid

import pytest

from tests.servers.gate_in_process import KEY, running_gate, sweep
from workbench.reports.audience import ROLES
from workbench.servers.gate import HANDLERS
from workbench.servers.people import People
from workbench.servers.policy import STATIC_POLICY
from workbench.servers.routes import PAGES, ROUTES, plain, safe_return

PASSWORD = "a long enough phrase"
NOBODY = "nobody"
WHO = (NOBODY, *ROLES)
KERNEL = str(uuid.UUID(int=7))

# What each role gets, in the order of WHO: nobody, annotator, analyst, manager. A route that is not here fails.
EXPECTED = {
    "login": ("GET", "/login", (200, 302, 302, 302)),
    "own asset": ("GET", "/gate/page.css", (200, 200, 200, 200)),
    "logout": ("POST", "/logout", (403, 303, 303, 303)),
    "start": ("GET", "/", (302, 200, 200, 200)),
    "dashboard fusion": ("GET", "/dashboards/fusion", (302, 403, 200, 200)),
    "dashboard labels": ("GET", "/dashboards/labels", (302, 200, 200, 200)),
    "dashboard data": ("GET", "/dashboards/data", (302, 403, 200, 200)),
    "dashboard clip": ("GET", "/dashboards/clip", (302, 403, 200, 200)),
    "page asset": ("GET", "/voila/static/voila.js", (403, 200, 200, 200)),
    "kernel": ("GET", f"/api/kernels/{KERNEL}", (403, 403, 403, 403)),  # nobody's kernel; own ones: below
    "channels": ("GET", f"/api/kernels/{KERNEL}/channels", (403, 403, 403, 403)),
    "shutdown": ("POST", f"/voila/api/shutdown/{KERNEL}", (403, 403, 403, 403)),
    "published": ("GET", "/published/index.html", (302, 403, 404, 404)),  # nothing is published here
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A gate with one person of each role: ``(gate, visitor factory, signed-in visitor by role)``."""
    from workbench.project import Project

    project = Project.open(tmp_path_factory.mktemp("gate") / "project")
    people = People(project)
    for role in ROLES:
        people.add(role, role, PASSWORD)
    with running_gate(project) as (gate, visitor):

        def signed_in(role):
            one = visitor()
            if role != NOBODY:
                assert one.log_in(role, PASSWORD).status == 303
            return one

        yield gate, visitor, {role: signed_in(role) for role in WHO}, signed_in


@pytest.fixture(autouse=True)
def nothing_left(world):
    """Every test gives its kernels back."""
    yield
    for owner in world[0].kernels.owners():
        world[0].kernels.end_all_of(owner)
    sweep(world[0])


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_answers_each_role_as_written_down(world, route):
    _, _, visitors, signed_in = world
    method, path, expected = EXPECTED[route.name]
    assert re.fullmatch(route.pattern, path)
    for role, status in zip(WHO, expected, strict=True):
        if method == "POST":
            one = signed_in(role) if route.name == "logout" else visitors[role]
            answer = one.post(path, {}, Origin=f"http://127.0.0.1:{one.port}")
        else:
            answer = visitors[role].ask(path)
        assert answer.status == status, (role, answer.text)


def test_every_route_has_a_handler_and_no_handler_is_without_a_route():
    assert set(HANDLERS) == {route.name for route in ROUTES} == set(EXPECTED)


@pytest.mark.parametrize("path", ["/nowhere", "/voila/files/x.png", "/voila/render/manager/dashboard_fusion.ipynb",
                                  "/api/contents", "/voila/tree/", "/people.json", "/api/kernels", "/metrics"])  # fmt: skip
def test_what_is_not_on_the_list_does_not_exist(world, path):
    visitors = world[2]
    assert visitors[NOBODY].ask(path).status == 403
    assert {visitors[role].ask(path).status for role in ROLES} == {404}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_do_nothing(world, method):
    gate, _, visitors, _ = world
    before = len(gate.voila.given), len(gate.voila.ended)
    for path in ("/dashboards/fusion", f"/api/kernels/{KERNEL}", "/voila/static/voila.js"):
        assert visitors["manager"].ask(path, method).status in (403, 405)
    assert (len(gate.voila.given), len(gate.voila.ended)) == before


def kernel_of(answer):
    return re.search(r'"kernelId": "([0-9a-f-]{36})"', answer.text)[1]


def test_another_session_s_kernel_can_neither_be_asked_nor_joined_nor_ended(world):
    gate, _, visitors, signed_in = world
    mine, same_person, analyst = visitors["manager"], signed_in("manager"), visitors["analyst"]
    kernel = kernel_of(mine.ask("/dashboards/fusion"))
    here = {"Origin": f"http://127.0.0.1:{mine.port}"}
    assert json.loads(mine.ask(f"/api/kernels/{kernel}").text)["id"] == kernel
    for other in (same_person, analyst, visitors["annotator"], visitors[NOBODY]):
        assert other.ask(f"/api/kernels/{kernel}").status == 403
        assert other.ask(f"/api/kernels/{kernel}/channels", **upgrade(here)).status == 403
        assert other.ask(f"/voila/api/shutdown/{kernel}", "POST", "", **here).status == 403
    assert gate.kernels.due() == []
    assert mine.ask(f"/voila/api/shutdown/{kernel}", "POST", "", **here).status == 204
    assert gate.kernels.due() == [kernel]
    sweep(gate)
    assert kernel in gate.voila.ended
    assert mine.ask(f"/api/kernels/{kernel}").status == 403


def upgrade(more):
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        **more,
    }


@pytest.mark.parametrize(
    "origin", [None, "http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"]
)
def test_channels_and_shutdown_ask_for_our_own_origin(world, origin):
    mine = world[2]["manager"]
    kernel = kernel_of(mine.ask("/dashboards/fusion"))
    sent = {"Origin": origin} if origin else {}
    assert mine.ask(f"/api/kernels/{kernel}/channels", **upgrade(sent)).status == 403
    assert mine.ask(f"/voila/api/shutdown/{kernel}", "POST", "", **sent).status == 403


def test_the_page_is_that_of_the_path_and_an_address_cannot_ask_for_another(world):
    gate, _, visitors, _ = world
    answer = visitors["annotator"].ask("/dashboards/labels?page=fusion&system=audio")
    assert (answer.status, answer.headers["Location"]) == (302, "/dashboards/fusion?page=fusion&system=audio")
    assert visitors["annotator"].ask(answer.headers["Location"]).status == 403
    assert visitors["manager"].ask("/dashboards/fusion?page=../../people").status == 404
    visitors["annotator"].ask("/dashboards/labels?template=evil&voila-theme=x")
    assert gate.voila.asked[-1] == ("annotator", "labels", "annotator")  # no word of the address is passed on


def test_a_page_holds_no_word_of_voila_s_but_its_widget(world):
    text = world[2]["manager"].ask("/dashboards/data").text
    assert "m1" in text and "kernelId" in text
    assert not any(word in text for word in ("/secret/path", "SOURCE", "INNER"))


def test_a_page_whose_notebook_failed_says_a_number_and_gives_its_kernel_back(world):
    gate, _, visitors, _ = world
    gate.voila.output = '{"output_type": "error", "traceback": ["/secret/path"]}'
    try:
        text = visitors["manager"].ask("/dashboards/data").text
    finally:
        gate.voila.output = '{"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "m1"}}}'
    assert re.search(r"number [0-9a-f]{8}", re.sub(r"\s+", " ", text)) and "/secret/path" not in text
    assert gate.kernels.due() == [gate.voila.given[-1]]


def test_when_all_places_are_taken_a_page_says_so_and_tries_again(world):
    gate, _, visitors, _ = world
    before, gate.kernels.cap = gate.kernels.cap, 0
    try:
        answer = visitors["manager"].ask("/dashboards/fusion")
    finally:
        gate.kernels.cap = before
    assert answer.status == 503 and answer.headers["Retry-After"] and 'http-equiv="refresh"' in answer.text


def test_every_answer_carries_the_policy(world):
    visitors = world[2]
    for path in ("/login", "/", "/nowhere", "/dashboards/fusion", "/voila/static/voila.js", "/published/x"):
        for visitor in (visitors[NOBODY], visitors["manager"]):
            headers = visitor.ask(path).headers
            policy = headers["Content-Security-Policy"]
            assert (
                "object-src 'none'" in policy
                and "frame-ancestors 'none'" in policy
                and "unsafe-eval" not in policy
            )
            assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
            assert (
                headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
            )
            assert "no-store" in headers["Cache-Control"] or "static" in path
            assert headers["Server"] == "workbench"
    assert "blob:" not in STATIC_POLICY.split("script-src")[1].split(";")[0]


def test_signing_in_needs_the_form_s_number_the_right_origin_and_the_right_password(world):
    visitor = world[1]
    form = {"name": "manager", "password": PASSWORD}
    assert visitor().post("/login", form | {"_xsrf": "0"}).status == 403
    assert visitor().post("/login", form, Origin="http://evil.example").status == 403
    wrong = visitor().post("/login", {"name": "manager", "password": "not the password"})
    assert wrong.status == 403 and "not right" in wrong.text
    assert "not right" in visitor().post("/login", {"name": "nobody here", "password": PASSWORD}).text
    one = visitor()
    answer = one.post("/login", form | {"next": "https://evil.example/"})
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = next(line for line in answer.headers.get_all("Set-Cookie") if line.startswith("workbench"))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_guessing_is_slowed_down(world):
    gate, visitor, _, _ = world
    one = visitor()
    for _ in range(5):
        gate.brake.failed("someone", "127.0.0.1")
    answer = one.post("/login", {"name": "someone", "password": "x"})
    gate.brake.succeeded("someone", "127.0.0.1")
    assert answer.status == 429 and int(answer.headers["Retry-After"]) >= 1


def test_the_printed_key_opens_nothing_once_somebody_has_an_account(world):
    assert world[1]().ask(f"/?token={KEY}").headers["Location"].startswith("/login")


def test_a_key_in_an_address_is_taken_out_of_it_wherever_it_leads(world):
    answer = world[2]["manager"].ask("/dashboards/fusion?token=anything&system=audio")
    assert (answer.status, answer.headers["Location"]) == (302, "/dashboards/fusion?system=audio")
    assert "wrong" not in world[1]().ask("/dashboards/fusion?token=wrong").headers["Location"]


def test_a_foreign_name_that_points_here_is_refused(world):
    assert world[2]["manager"].ask("/", Host="evil.example").status == 403


def test_the_log_names_kinds_of_addresses_only(world, caplog):
    with caplog.at_level("INFO"):
        world[2]["manager"].ask("/dashboards/fusion?clip=SECRET&x=SECRET")
        world[2]["manager"].ask("/no/SECRET/page?SECRET")
    assert "SECRET" not in caplog.text and "dashboard fusion" in caplog.text and "manager" not in caplog.text


@pytest.mark.parametrize("path", ["/a/../b", "/a/%2e%2e/b", "/a\\b", "//a", "/a//b", "/.hidden", "/a/.b", "/a%00", "/ä",
                                  "/a;b", "/a?b", "/" + "a" * 600, "", "a"])  # fmt: skip
def test_a_path_with_a_trick_is_not_plain(path):
    assert not plain(path)


def test_our_own_paths_are_plain():
    theme = "/voila/api/themes/@jupyterlab/theme-light-extension/index.css"
    assert all(plain(path) for path in ("/", theme, "/voila/static/1.voila.js", "/published/fusion.html"))


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "/login", "javascript:alert(1)",
                                    "/dashboards/../x", "/dashboards/fusion\n", ""])  # fmt: skip
def test_after_signing_in_nobody_is_sent_elsewhere(target):
    assert safe_return(target) == "/"


@pytest.mark.parametrize("page", PAGES)
def test_after_signing_in_a_link_shows_what_it_was_made_for(page):
    assert (
        safe_return(f"/dashboards/{page}?page={page}&true=negative")
        == f"/dashboards/{page}?page={page}&true=negative"
    )
