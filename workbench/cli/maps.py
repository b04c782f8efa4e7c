"""The command that maps what a layer of a trained network makes of moments: map."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.errors import InvalidInputError


class Method(StrEnum):
    """How the points are laid out."""

    tsne = "tsne"
    pca = "pca"
    umap = "umap"


_ENDINGS = (".png", ".svg", ".csv")


def map_(
    run: Annotated[str, typer.Argument(help="The run's id, or a part of it.")],
    to: Annotated[
        Path | None, typer.Option(help="A .png or .svg figure, or a .csv table of the coordinates.")
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(help="Any layer of `workbench networks`. (default: the last before the answer)"),
    ] = None,
    method: Annotated[Method, typer.Option(help="t-SNE, PCA or UMAP.")] = Method.tsne,
    moments: Annotated[int, typer.Option(min=10, help="At most so many moments, drawn by lot.")] = 2000,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Map moments by what a layer makes of them, and say how far the map's neighbours can be believed."""
    from workbench.datasets.rights.written import record_written
    from workbench.files import atomic_file
    from workbench.labels.exchange.cells import neutral
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.mapping import map_moments

    target = None if to is None else to.resolve()
    if target is not None and target.suffix.lower() not in _ENDINGS:
        raise InvalidInputError(f"A map is written as {', '.join(_ENDINGS)}. Received {target.name}.")
    opened = Project.open(project)
    with terminal("map") as progress:
        found = map_moments(
            opened, run, layer=layer, method=method.value, n_moments=moments, seed=seed, progress=progress
        )  # fmt: skip
    if target is not None and target.suffix.lower() == ".csv":
        with atomic_file(target) as temporary:
            table = found.table().map(lambda cell: neutral(cell) if isinstance(cell, str) else cell)
            table.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")
    elif target is not None:
        from workbench.plots.embedding import plot_moment_map
        from workbench.plots.style import as_png, as_svg

        title = f"{found.title()}\n{found.parts()}"
        ax = plot_moment_map(found.map, found.moments, classes=found.classes, title=title)
        content = as_svg(ax) if target.suffix.lower() == ".svg" else as_png(ax)
        with atomic_file(target) as temporary:
            temporary.write_bytes(content)
    if target is not None:
        record_written(opened, "table", [target], [found.run.facts()["dataset"]])
    lines = [
        found.title(),
        found.parts(),
        found.map.trust.in_words(),
        *([f"Written: {target}"] if target else []),
    ]
    answer = {"run": found.run.id, "layer": found.map.layer, "method": method.value, "n": found.map.n}
    tell(answer | {"seed": seed, "trustworthiness": found.map.trust.as_json()}, lines, as_json=json)


COMMANDS = (map_,)
