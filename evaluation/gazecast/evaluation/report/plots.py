"""The report's plots: figures and contours of densities, never a picture of a data set.

Needs the extra `report`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from gazecast.evaluation.evaluate import HEADINGS, MODEL, ProtocolResult
from gazecast.evaluation.report.cases import CaseMaps
from gazecast.evaluation.report.windows import WindowTable
from gazecast.evaluation.scoring import Estimate
from gazecast.model.vocabulary import Window, seconds

# Colours that stay apart for colour-blind readers (Okabe and Ito).
BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#666666"
_WINDOW_COLOURS = {"1s": "#E69F00", "3s": "#009E73", "5s": "#0072B2"}

CONTOURS = (0.25, 0.5, 0.75)
"""A case's contours enclose these shares of the density's mass."""


def scores_plot(results: Sequence[ProtocolResult]) -> Figure:
    """CC and NSS of every method with their intervals. results: the windows of one protocol."""
    names = list(results[0].methods)[::-1]
    figure = Figure(figsize=(9, 0.9 + 0.5 * len(names)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, metric in ((left, "cc"), (right, "nss")):
        for offset, result in zip(_offsets(len(results)), results, strict=True):
            colour = _WINDOW_COLOURS[result.window]
            rows = np.arange(len(names)) + offset
            _points(axes, [result.methods[name].summary[metric] for name in names], rows, colour)
            if result.people is not None:
                people = result.people.panel_cc if metric == "cc" else result.people.nss
                axes.axvspan(people.low, people.high, color=colour, alpha=0.12, linewidth=0)
                axes.axvline(people.mean, color=colour, linestyle="--", linewidth=1)
        axes.set_xlabel(HEADINGS[metric])
        axes.set_yticks(range(len(names)), ["gazecast" if n == MODEL else n for n in names])
        axes.grid(axis="x", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    handles = [
        Line2D([], [], color=_WINDOW_COLOURS[r.window], marker="o", label=_span(r.window))
        for r in results
    ]
    handles.append(Line2D([], [], color=GREY, linestyle="--", label="people"))
    figure.legend(handles=handles, loc="outside upper right", ncols=4, frameon=False)
    return figure


def windows_plot(table: WindowTable) -> Figure:
    """For each window's fixations the NSS of every window's map with its interval."""
    windows = list(table.nss)
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    for offset, shown in zip(_offsets(len(windows)), windows, strict=True):
        _points(
            axes,
            [table.nss[shown][looked] for looked in windows],
            np.arange(len(windows)) - offset,  # the axis is turned upside down below
            _WINDOW_COLOURS[shown],
            label=f"map of {_span(shown)}",
        )
    axes.set_yticks(range(len(windows)), [f"looks of {_span(w)}" for w in windows])
    axes.invert_yaxis()
    axes.set_xlabel(HEADINGS["nss"])
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper right", ncols=3, frameon=False)
    return figure


def cases_plot(cases: Sequence[CaseMaps]) -> Figure:
    """The cases of one protocol: the best in the upper row, the worst in the lower one. Contours
    enclose a quarter, half and three quarters of people's and of the predicted looks."""
    rows = [[c for c in cases if c.case.rank == rank] for rank in ("best", "worst")]
    tallest = min(max(1 / c.aspect for c in cases), 1.5)
    columns = max(len(row) for row in rows)
    height = 0.4 + len(rows) * (0.8 + 3 * tallest)  # inches: legend, then title, labels and map
    figure = Figure(figsize=(3.6 * columns, height), layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for axes_row, row in zip(grid, rows, strict=True):
        for axes in axes_row[len(row) :]:
            axes.set_visible(False)
        for axes, drawn in zip(axes_row, row, strict=False):
            _contours(axes, drawn)
    figure.legend(
        handles=[
            Line2D([], [], color=BLUE, label="people"),
            Line2D([], [], color=VERMILION, linestyle="--", label="predicted"),
        ],
        loc="outside upper right",
        ncols=2,
        frameon=False,
    )
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a PNG; the same figure gives the same bytes."""
    figure.savefig(path, dpi=100, metadata={"Software": None}, facecolor="white")


def mass_levels(density: NDArray[np.floating], shares: Iterable[float]) -> list[float]:
    """The densities above which cells hold these shares of the mass, in rising order, each once."""
    ordered = np.sort(density, axis=None)[::-1]
    mass = np.cumsum(ordered, dtype=np.float64)
    cells = np.searchsorted(mass, np.array(list(shares)) * mass[-1])
    return sorted({float(ordered[cell]) for cell in cells.tolist()})


def _contours(axes: Axes, drawn: CaseMaps) -> None:
    rows, columns = drawn.people.shape
    x = (np.arange(columns) + 0.5) * 100 / columns
    y = (np.arange(rows) + 0.5) * 100 / rows
    for density, colour, style in (
        (drawn.people, BLUE, "solid"),
        (drawn.model, VERMILION, "dashed"),
    ):
        axes.contour(
            x,
            y,
            density,
            levels=mass_levels(density, CONTOURS),
            colors=colour,
            linestyles=style,
            linewidths=(0.8, 1.2, 1.8),
        )
    axes.set(xlim=(0, 100), ylim=(100, 0))
    axes.set_box_aspect(1 / drawn.aspect)
    axes.set_xticks(range(0, 101, 25))
    axes.set_yticks(range(0, 101, 25))
    axes.tick_params(labelsize=7, color=GREY)
    case = drawn.case
    nss = "" if case.nss is None else f", NSS {case.nss:.2f}"
    axes.set_title(f"{case.rank}: {case.image}\nCC {case.cc:.2f}{nss}", fontsize=8, loc="left")
    axes.set_xlabel("% of width", fontsize=7)
    axes.set_ylabel("% of height", fontsize=7)


def _points(
    axes: Axes,
    estimates: Sequence[Estimate],
    rows: NDArray[np.floating],
    colour: str,
    label: str = "",
) -> None:
    means = np.array([e.mean for e in estimates])
    ends = np.array([[e.mean - e.low for e in estimates], [e.high - e.mean for e in estimates]])
    axes.errorbar(
        means, rows, xerr=ends, fmt="o", markersize=4, color=colour, capsize=2, label=label
    )


def _offsets(number: int) -> NDArray[np.float64]:
    """Vertical places of `number` points in one row, the first on top of a rising axis."""
    places = np.arange(number, dtype=np.float64)[::-1]
    return (places - (number - 1) / 2) * 0.22


def _span(window: Window) -> str:
    return f"the first {seconds(window)} s"
