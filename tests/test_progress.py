"""Progress of long work: told at once, or only when there is something to tell."""

from workbench.progress import terminal


def test_work_that_is_seldom_needed_shows_nothing_before_its_first_word(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with terminal("networks", at_once=False):
        pass
    assert capsys.readouterr().err == ""
    with terminal("networks", at_once=False) as progress:
        progress(1, 2, "mouth: compared")
    assert "mouth: compared" in capsys.readouterr().err
    with terminal("analyze"):
        pass
    assert "analyze" in capsys.readouterr().err


def test_where_nobody_draws_lines_are_told(capsys):
    with terminal("networks", at_once=False) as progress:
        progress(1, 2, "mouth: compared")
        progress(2, 2, "mouth: ready")
    assert capsys.readouterr().err.splitlines()[-1] == "networks: 2/2 mouth: ready (done)"


def test_no_name_breaks_colours_or_stops_a_bar(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with terminal("work") as progress:
        progress(1, 2, "a[/b]\x1b[2J\n.mp4")
    shown = capsys.readouterr().err
    assert "a[/b]\\x1b[2J\\n.mp4" in shown and "\x1b[2J" not in shown
