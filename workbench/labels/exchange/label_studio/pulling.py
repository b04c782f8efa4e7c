"""The predictions of a project, whoever made them."""

from __future__ import annotations

from workbench.errors import InvalidInputError
from workbench.labels.exchange.label_studio.predicted import SeenPrediction, read_prediction
from workbench.labels.exchange.label_studio.report import SyncReport
from workbench.labels.exchange.label_studio.server import ProjectOnServer
from workbench.labels.exchange.label_studio.there import read_server
from workbench.labels.schema import schema_of


def pull_predictions(
    server: ProjectOnServer, question: str, *, report: SyncReport, share_rest: bool = False
) -> list[SeenPrediction]:
    """Return the newest prediction of each model about each item of ours; the rest is told in ``report``.

    Raises
    ------
    InvalidInputError
        The token does not do, or the address is another program's.
    StorageError
        The server stayed out of reach.
    """
    schema = schema_of(question)
    there = read_server(server, schema, report)
    found = []
    for item_id, models in there.models.items():
        for prediction in models.values():
            try:
                found.append(
                    read_prediction(
                        prediction, item=there.items[item_id], schema=schema, share_rest=share_rest
                    )
                )
            except InvalidInputError as error:
                report.note(f"Prediction {prediction['id']} was left out. {error}")
    report.predictions_received = len(found)
    return found
