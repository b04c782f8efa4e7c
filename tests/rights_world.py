"""Rights for worlds that are about something else: purpose, licence, and everybody's consent."""

from workbench.datasets.rights import declare as declare_rights
from workbench.datasets.rights.consent import NEVER, Consent, add_consents


def declare(project, dataset="sample", **said):
    """Declare a dataset for research, with a licence and the consent of all; other words overwrite these."""
    declare_rights(project, dataset, **{"purpose": "research", "licence": "CC0-1.0", **said})
    agreed = Consent("*", "2026-01-01", "1", "all", NEVER, "drawn by a test")
    add_consents(project, dataset, [agreed])
