"""May we? Purpose, licence and consent of a dataset, and what they allow."""

from workbench.datasets.rights.declaration import Rights, declare, read_rights
from workbench.datasets.rights.permission import ACTS, Act, why_not
from workbench.datasets.rights.permission import require_permission as require

__all__ = ["ACTS", "Act", "Rights", "declare", "read_rights", "require", "why_not"]
