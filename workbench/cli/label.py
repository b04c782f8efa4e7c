"""Commands around people's answers: labels export, import, sync, agreement, and where they are kept."""

from __future__ import annotations

import typer

from workbench.cli import label_agreement, label_exchange, label_store, label_sync

app = typer.Typer(
    help="People's answers: export, import and sync them; how far people agree.", no_args_is_help=True
)
app.command(name="export")(label_exchange.export)
app.command(name="import")(label_exchange.import_)
app.command(name="sync")(label_sync.sync)
app.command(name="agreement")(label_agreement.agreement)
for command in label_store.COMMANDS:
    app.command(name=command.__name__)(command)
