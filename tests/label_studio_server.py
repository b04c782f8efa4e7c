"""Start a real Label Studio server on the loopback for a test or a benchmark, and end it again.

It lives in a virtual environment of its own (`make label-studio`), because its packages and ours do not go together.
Its database, its files and its settings are under the folder that is given; nothing is sent to anybody.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

PROGRAM = Path(__file__).resolve().parents[1] / ".venv-label-studio" / "bin" / "label-studio"
_START_S = 300  # the first start makes and migrates a database: about 90 s on two cores


@dataclass(frozen=True)
class LabelStudioServer:
    """A running server and its first user, who owns everything.

    Attributes
    ----------
    address : str
        Such as ``http://127.0.0.1:41234``.
    user, password, token : str
        The first user's e-mail address, password and (legacy) API token.
    log : Path
        What the server said, for when something goes wrong.
    """

    address: str
    user: str
    password: str
    token: str
    log: Path

    def sign_in(self, client: httpx.Client, *, user: str, password: str, new: bool = False) -> httpx.Client:
        """Sign ``client`` in as a person, through the page that people use; ``new`` makes the account first."""
        page = "/user/signup/" if new else "/user/login/"
        client.get(f"{self.address}{page}").raise_for_status()
        form = {"email": user, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = client.post(f"{self.address}{page}", data=form, headers={"Referer": self.address + page})
        if answer.status_code != 302:
            raise RuntimeError(f"{user} could not sign in to Label Studio: {answer.status_code}")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        client.headers["Referer"] = self.address
        return client


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(folder: Path, port: int, *, user: str, password: str, token: str) -> dict[str, str]:
    settings = {
        "HOME": folder / "home",
        "LABEL_STUDIO_BASE_DATA_DIR": folder / "data",
        "LABEL_STUDIO_HOST": f"http://127.0.0.1:{port}",
        "LABEL_STUDIO_USERNAME": user,
        "LABEL_STUDIO_PASSWORD": password,
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
    }
    (folder / "home").mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "TMPDIR") if name in os.environ}
    return kept | {name: str(value) for name, value in settings.items()}


def _secrets(folder: Path) -> list[str]:
    """Password and token of the first user: those of the first start, which the database knows."""
    file = folder / "secrets.json"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps([secrets.token_urlsafe(12), secrets.token_hex(20)]))
    return json.loads(file.read_text())


def _wait_until_it_answers(process: subprocess.Popen, address: str, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/health", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise RuntimeError(f"Label Studio did not start:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def label_studio_server(folder: Path):
    """Yield a running server whose data are in ``folder``; the same folder again starts in 20 s instead of 90."""
    if not PROGRAM.exists():
        pytest.skip("Label Studio is not installed: run `make label-studio`")
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    folder.mkdir(parents=True, exist_ok=True)
    user, (password, token) = "owner@example.org", _secrets(folder)
    log = folder / "label-studio.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [PROGRAM, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)],
            env=_environment(folder, port, user=user, password=password, token=token),
            cwd=folder,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, address, log)
        yield LabelStudioServer(address, user, password, token, log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
