"""The last step of the whole loop: what it leaves for others to read. Everything before it is tested where it lives."""

from tests.reports.world import write_world
from workbench import loop
from workbench.reports.publication import latest_publication


def test_the_loop_ends_with_a_report_and_pages(project, monkeypatch):
    runs = write_world(project, n_speakers=4, n_clips=3)
    (project.dataset_folder("sample") / "catalog.csv").write_text(
        "clip,file,sha256,kind,speaker,intended,duration_s\n"
    )
    for name in ("make_sample", "extract"):
        monkeypatch.setattr(loop, name, lambda *_, **__: None)
    monkeypatch.setattr(loop, "_trained", lambda *_: (runs, "20261121-101500-sample"))
    monkeypatch.setattr(loop, "_unseen_clip", lambda *_: project.root / "clip.mp4")
    monkeypatch.setattr(loop, "load_fusion", lambda *_: None)
    monkeypatch.setattr(loop, "analyze", lambda *_, **__: None)
    told = []
    result = loop.run_loop(project, tell=lambda step, done, total, what: told.append((step, done, total)))
    made = latest_publication(project)
    assert result.report == made.folder / "report.html" and result.report.is_file()
    assert result.lines()[-2:] == [f"report: {result.report}", f"pages: {made.folder / 'index.html'}"]
    assert (made.folder / "report.pdf").is_file() and made.damaged() == []
    assert told[-1] == ("publish", 1000, 1000)
