"""Whom the dashboards let in: this machine by a key, others only by name and only encrypted."""

import http.client
import json
import socket
import ssl
import subprocess
import urllib.parse

import pytest

from workbench.errors import InvalidInputError
from workbench.servers.dashboards import CALL, Exposure, copy_pages, dashboards_servers
from workbench.servers.gate import hosts
from workbench.servers.gate_settings import GateSettings, check_exposure, tls_context
from workbench.servers.people import People
from workbench.servers.processes import running


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A certificate and its key, made by OpenSSL."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
               "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def known(project):
    People(project).add("ada", "manager", "a long enough phrase")
    return project


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "example.org", "::"])
def test_other_machines_are_refused_without_people_or_without_encryption(project, pair, host):
    advice = r"workbench people add NAME.*--certificate FILE --key FILE"
    with pytest.raises(InvalidInputError, match=f"0 people and no certificate: .*{advice}"):
        check_exposure(project, host, None, None)
    with pytest.raises(InvalidInputError, match="0 people and a certificate"):
        check_exposure(project, host, *pair)
    People(project).add("ada", "manager", "a long enough phrase")
    with pytest.raises(InvalidInputError, match="1 people and no certificate"):
        check_exposure(project, host, None, None)
    check_exposure(project, host, *pair)


def test_this_machine_needs_neither(project):
    for host in ("127.0.0.1", "localhost", "::1"):
        check_exposure(project, host, None, None)


def test_certificate_and_key_are_asked_for_together_and_checked(project, pair, tmp_path):
    certificate, key = pair
    (tmp_path / "x.pem").write_text("no certificate")
    with pytest.raises(InvalidInputError, match="needs both"):
        check_exposure(project, "127.0.0.1", certificate, None)
    with pytest.raises(InvalidInputError, match="no such file"):
        check_exposure(project, "127.0.0.1", tmp_path / "none.pem", key)
    with pytest.raises(InvalidInputError, match="its own private key"):
        check_exposure(project, "127.0.0.1", tmp_path / "x.pem", key)
    locked = tmp_path / "locked.pem"
    subprocess.run(["openssl", "ec", "-in", str(key), "-aes256", "-passout", "pass:abcd", "-out", str(locked)], check=True,
                   capture_output=True)  # fmt: skip
    with pytest.raises(InvalidInputError, match="no passphrase"):
        check_exposure(project, "127.0.0.1", certificate, locked)


def test_old_tls_is_not_spoken(pair):
    assert tls_context(*pair).minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_public_address_is_https_before_this_machine_and_for_people_with_accounts(project):
    with pytest.raises(InvalidInputError, match="Nobody has an account"):
        check_exposure(project, "127.0.0.1", None, None, "https://faces.example.org")
    People(project).add("ada", "manager", "a long enough phrase")
    check_exposure(project, "127.0.0.1", None, None, "https://faces.example.org")
    for address in ("http://faces.example.org", "https://faces.example.org/sub", "faces.example.org"):
        with pytest.raises(InvalidInputError, match="https://NAME"):
            check_exposure(project, "127.0.0.1", None, None, address)


def settings_of(servers):
    return GateSettings.from_json(json.loads((servers[1].folder / "gate.json").read_text()))


def test_with_accounts_no_key_is_printed_and_the_cookie_is_for_encrypted_lines_only(known, tmp_path, pair):
    servers = dashboards_servers(known, tmp_path / "d", Exposure(certificate=pair[0], key=pair[1]))
    assert servers[1].told.startswith("https://") and "token" not in servers[1].told
    assert settings_of(servers).secure


def test_keys_stand_in_private_files_only(project, tmp_path):
    servers = dashboards_servers(project, tmp_path / "d")
    settings = settings_of(servers)
    for server in servers:
        told = [*server.command, *server.environment.values()]
        assert not any(key in word for word in told for key in (settings.inner_token, settings.printed_key))
        assert server.folder.stat().st_mode & 0o077 == 0
    for file in (servers[0].folder / "voila.json", servers[1].folder / "gate.json"):
        assert file.stat().st_mode & 0o777 == 0o600
    assert servers[0].told == "" and servers[1].told.endswith(f"?token={settings.printed_key}")


def test_heated_kernels_take_half_of_the_places_at_most(project, tmp_path):
    servers = dashboards_servers(project, tmp_path / "d", Exposure(cap=16, heated=64))
    assert settings_of(servers).heated == 8


def test_the_role_is_written_into_every_copy_and_a_page_without_its_call_is_the_analysts_alone(tmp_path):
    notebooks, shown = tmp_path / "notebooks", tmp_path / "shown"
    notebooks.mkdir()
    shown.mkdir()
    (notebooks / "dashboard_labels.ipynb").write_text(CALL)
    (notebooks / "dashboard_data.ipynb").write_text("something else")
    (notebooks / "dashboard_secret.ipynb").write_text(CALL)
    copy_pages(notebooks, shown)
    written = {str(path.relative_to(shown)): path.read_text() for path in shown.rglob("*.ipynb")}
    labels = {f"{role}/dashboard_labels.ipynb": f"build(Project.open(), role='{role}')" for role in
              ("annotator", "analyst", "manager")}  # fmt: skip
    assert written == labels | {"analyst/dashboard_data.ipynb": "something else"}


def test_only_our_own_names_are_answered_to(project, tmp_path):
    plain = settings_of(dashboards_servers(project, tmp_path / "d"))
    assert hosts(plain) == {f"{name}:{plain.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    People(project).add("ada", "manager", "a long enough phrase")
    public = Exposure(public_address="https://faces.example.org")
    assert hosts(settings_of(dashboards_servers(project, tmp_path / "p", public))) == {"faces.example.org"}


@pytest.mark.slow
def test_the_gate_speaks_tls_keeps_its_cookie_to_it_and_refuses_old_versions(known, tmp_path, pair):
    gate = dashboards_servers(known, tmp_path / "d", Exposure(certificate=pair[0], key=pair[1]))[1]
    with running([gate]):
        port = settings_of([None, gate]).port
        trusting = ssl.create_default_context(cafile=pair[0])
        line = http.client.HTTPSConnection("localhost", port, context=trusting, timeout=20)
        line.request("GET", "/login")
        answer = line.getresponse()
        form = answer.read().decode()
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        number, cookie = form.split('name="_xsrf" value="')[1].split('"')[0], answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-workbench-form=") and "; Secure" in cookie
        fields = {"name": "ada", "password": "a long enough phrase", "_xsrf": number}
        sent = {"Cookie": cookie.split(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", "/login", urllib.parse.urlencode(fields), sent)
        answer = line.getresponse()
        assert answer.status == 303
        assert any(
            c.startswith("__Host-workbench=") and "; Secure" in c
            for c in answer.headers.get_all("Set-Cookie")
        )
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", port)) as bare, pytest.raises((ssl.SSLError, OSError)):
            old.wrap_socket(bare, server_hostname="localhost")
