"""Which step erases what a module writes: a new kind of file must be entered here, or a test fails."""

from __future__ import annotations

WRITERS = {
    # datasets/
    "datasets/importing/copying.py": "recordings",
    "datasets/importing/intake.py": "tables",
    "datasets/importing/run.py": "leftovers",
    "datasets/archive.py": "leftovers",
    "datasets/download.py": "recordings",
    "datasets/catalog.py": "tables",
    "datasets/sample.py": "tables",
    "datasets/rights/consent.py": "tables",
    "datasets/feature_store.py": "derived",
    "datasets/voice_features.py": "derived",
    "datasets/forgotten.py": "tombstones",
    "datasets/rights/written.py": "exports",
    # labels/
    "labels/sqlite_file.py": "labels",
    "labels/sqlite_driver.py": "label copies",
    "labels/postgresql.py": "labels",
    "labels/migrations.py": "label copies",
    "labels/older_copies.py": "label copies",
    "labels/backup_lines.py": "label copies",
    "labels/backups.py": "label copies",
    "labels/older_backups.py": "label copies",
    "labels/sealing.py": "label copies",
    "labels/exchange/label_studio/journal.py": "label studio",
    # what leaves the project's folders
    "labels/exchange/clip_files.py": "exports",
    "labels/exchange/event_log.py": "exports",
    "labels/exchange/labels_table.py": "exports",
    "labels/exchange/manifest.py": "exports",
    "labels/exchange/textgrid.py": "exports",
    "cli/learn.py": "exports",
    "cli/maps.py": "exports",
    "reports/writing.py": "exports",
    "reports/saliency_report.py": "exports",
    "reports/groups_shown.py": "groups",
    # reports/
    "loop.py": "pages",
    "reports/publish.py": "pages",
    "reports/published_pages.py": "pages",
    "systems/label_studio_predictions.py": "pages",
    "evaluation/predictions.py": "runs",
    "models/runs.py": "runs",
    "models/checkpoint.py": "runs",
    "systems/experiment.py": "runs",
    "systems/gate.py": "runs",
    "systems/branch_answers.py": "runs",
    "systems/suggestions.py": "runs",
    "systems/mapping.py": "runs",
    "systems/reproduction.py": "runs",
    "systems/speech_folds.py": "runs",
    "models/groups.py": "groups",
    "systems/ablation.py": "groups",
    "systems/cross_validation.py": "groups",
    "systems/search.py": "groups",
    "systems/seeds.py": "groups",
    "systems/modalities.py": "comparisons",
    "systems/trial.py": "leftovers",
}
"""The step that erases what a module writes."""

_TEMPORARY = "a temporary folder of the system, gone when the work ends"
_OURSELVES = "the steps themselves"

NOBODY = {
    "datasets/cluster.py": _TEMPORARY,
    "systems/cross_prediction.py": _TEMPORARY,
    "systems/speech_paper.py": _TEMPORARY,
    "servers/processes.py": _TEMPORARY,
    "servers/start.py": "copies of notebooks and settings; notebooks that hold somebody are listed by the last look",
    "datasets/rights/audit.py": "ids and counts only",
    "reports/pseudonyms.py": "a random key",
    "datasets/rights/declaration.py": "tells of a whole dataset",
    "labels/address.py": "the address of a database",
    "labels/project_mark.py": "a random number",
    "labels/turns.py": "an empty lock",
    "features/sound_pictures.py": "in memory",
    "media/video.py": "drawn actors",
    "media/sample_cast/cast.py": "drawn actors",
    "media/sample_cast/truth.py": "drawn actors",
    "forgetting/dataset_steps.py": _OURSELVES,
    "forgetting/label_steps.py": _OURSELVES,
    "forgetting/run_steps.py": _OURSELVES,
    "forgetting/run.py": "the journal, which becomes a receipt without names",
    "forgetting/work.py": _OURSELVES,
}
"""Modules that write nothing of anybody, with the reason."""
