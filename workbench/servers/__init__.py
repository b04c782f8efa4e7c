"""JupyterLab and the dashboards: :func:`start_lab`, :func:`start_dashboards`."""

from workbench.servers.start import start_dashboards, start_lab

__all__ = ["start_dashboards", "start_lab"]
