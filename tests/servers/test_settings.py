"""What the two servers may show and to whom."""

from pathlib import Path

from workbench.servers.settings import PACKAGE, dashboards_environment, dashboards_settings, lab_settings


def test_jupyterlab_sees_the_notebooks_folder_and_asks_for_a_token():
    settings = lab_settings(Path("/study/notebooks"), 8888, "secret", open_browser=False)
    assert settings["ServerApp"]["root_dir"] == "/study/notebooks"
    assert settings["ServerApp"]["ip"] == "127.0.0.1"
    assert settings["IdentityProvider"]["token"] == "secret"
    assert settings["ContentsManager"]["allow_hidden"] is False


def test_voila_serves_no_file_no_source_and_no_traceback():
    settings = dashboards_settings(Path("/private/shown"), 8866, "secret", heated={"manager/x.ipynb": 3})
    assert settings["VoilaConfiguration"]["file_allowlist"] == []
    assert settings["VoilaConfiguration"]["strip_sources"] is True
    assert settings["VoilaConfiguration"]["show_tracebacks"] is False
    assert settings["Voila"]["token"] == "secret" and settings["Voila"]["ip"] == "127.0.0.1"
    pools = settings["VoilaKernelManager"]["kernel_pools_config"]
    assert pools == {"default": {"pool_size": 0}, "manager/x.ipynb": {"pool_size": 3}}


def test_no_secret_of_the_environment_reaches_the_kernels_of_the_dashboards(project):
    given = {
        "PATH": "/bin",
        "HOME": "/my/home",
        "DATABASE_URL": "postgres://me:pw@db",
        "AWS_SECRET": "x",
        "PGPASSWORD": "x",
    }
    passed = dashboards_environment(given, project)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    ours = {"WORKBENCH_PROJECT": str(project.root), "PYTHONPATH": str(PACKAGE.parent)}
    assert passed == {"PATH": "/bin", "HOME": "/my/home"} | ours | threads
