"""The four errors of the workbench.

Every message tells the rule, what was received, and how to mend it:
``"alpha must lie in (0, 1]. Received 1.5: pass a share such as 0.1."``
"""


class WorkbenchError(Exception):
    """What every error of the workbench is, so that a caller can catch them all."""


class InvalidInputError(WorkbenchError, ValueError):
    """Something handed in (an argument, a file, a name) breaks a stated rule."""


class MissingDependencyError(WorkbenchError, ImportError):
    """A library or a model file that is needed is not there; the message names the command to run."""


class StorageError(WorkbenchError, OSError):
    """Something could not be kept or read back: disk, permission, lock, or a damaged file."""
