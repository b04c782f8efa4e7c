from workbench.labels.project_mark import FILE, project_mark


def test_a_mark_stays_moves_with_its_folder_and_tells_no_path(tmp_path):
    labels = tmp_path / "secret place" / "labels"
    labels.mkdir(parents=True)
    mark = project_mark(labels)
    assert project_mark(labels) == mark
    moved = labels.rename(tmp_path / "moved")
    assert project_mark(moved) == mark
    assert "secret" not in mark


def test_two_projects_have_different_marks_and_a_damaged_one_is_made_anew(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert project_mark(tmp_path / "a") != project_mark(tmp_path / "b")
    (tmp_path / "a" / FILE).write_text("../../etc")
    assert len(project_mark(tmp_path / "a")) == 16
