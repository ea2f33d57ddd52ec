"""The drawing of an LSTM's cell, whole or with one of its parts lit, which several figures are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure, is_narrow, series

__all__ = ["PARTS", "lstm_cell"]

PARTS = ("sums", "forget", "input", "cell", "output")

_CELL, _SUMS, _GATES, _PRODUCT = 5.6, 0.9, 2.1, 4.1
_F, _I, _G, _O, _OUT = 2.0, 3.75, 5.6, 7.3, 8.55
_ADD = (_I + _G) / 2
_STATE, _OUTPUT, _GATHERED, _SPLIT = "eq:lstm-c", "eq:lstm-h", "eq:lstm-sums", "eq:lstm-quarters"


class _Pen:
    """Draws arrows, signs, boxes and names; faintly what belongs to no part that is lit."""

    def __init__(self, ax: Any, lit: Iterable[str]) -> None:
        self._ax = ax
        self._lit = set(lit)

    def _shade(self, part: str, colour: str) -> tuple[str, float]:
        """Colour and width of a line."""
        return (colour, 1.7 if len(self._lit) == 1 else 1.3) if part in self._lit else (FAINT, 1.1)

    def arrow(
        self, part: str, equation: str, *points: tuple[float, float], colour: str = INK
    ) -> None:
        """An arrow, which leads to its equation; its wide shadow is easy to hit."""
        shade, width = self._shade(part, colour)
        self._ax.plot(*zip(*points, strict=True), color=colour, alpha=0, linewidth=9, url=equation)
        self._ax.add_patch(
            FancyArrowPatch(path=Path(points), arrowstyle="-|>", mutation_scale=10, color=shade,
                            linewidth=width, shrinkA=0, shrinkB=0, zorder=2, url=equation)
        )  # fmt: skip

    def line(self, part: str, *points: tuple[float, float], colour: str = INK) -> None:
        shade, width = self._shade(part, colour)
        self._ax.plot(*zip(*points, strict=True), color=shade, linewidth=width, zorder=1)

    def sign(self, part: str, x: float, y: float, sign: str) -> None:
        edge, _ = self._shade(part, INK)
        colour = INK if part in self._lit else MUTED
        self._ax.add_patch(
            Circle((x, y), 0.25, facecolor=PAPER, edgecolor=edge, linewidth=1.1, zorder=3)
        )
        self._ax.text(x, y, sign, color=colour, ha="center", va="center", fontsize=11, zorder=4)

    def box(self, part: str, x: float, y: float, name: str) -> None:
        lit, width = part in self._lit, 1.24 if is_narrow() and "tanh" in name else 0.84
        self._ax.add_patch(
            FancyBboxPatch((x - width / 2, y - 0.26), width, 0.52,
                           boxstyle="round,pad=0,rounding_size=0.1",
                           facecolor=FAINT if lit else PAPER, edgecolor=MUTED if lit else FAINT,
                           linewidth=0.9, zorder=3)
        )  # fmt: skip
        colour = INK if lit else MUTED
        self._ax.text(x, y, name, color=colour, ha="center", va="center", fontsize=10, zorder=4)

    def name(
        self, part: str, equation: str, x: float, y: float, text: str, ha: str = "center",
        colour: str = INK,
    ) -> None:  # fmt: skip
        """What an arrow carries; only where it is lit."""
        if part in self._lit:
            self._ax.text(x, y, text, color=colour, ha=ha, va="center", fontsize=9.5, zorder=5,
                          url=equation)  # fmt: skip


def lstm_cell(*lit: str) -> Figure:
    """Draws one step of an LSTM.

    Args:
        lit: the parts to draw in full, of `PARTS`; all of them if none is named.
    """
    fig, ax = figure(5.6, 4.1)
    pen = _Pen(ax, lit or PARTS)
    ax.add_patch(
        FancyBboxPatch((0.9, 0.45), 9.0, 5.75, boxstyle="round,pad=0,rounding_size=0.25",
                       facecolor="none", edgecolor=FAINT, linewidth=1.2, zorder=0)
    )  # fmt: skip
    _draw_cell_state(pen)
    _draw_gates(pen)
    _draw_output(pen)
    ax.set(xlim=(0, 11.1), ylim=(-0.45, 6.9 if is_narrow() else 6.3), aspect="equal")
    ax.set_axis_off()
    return fig


def _draw_cell_state(pen: _Pen) -> None:
    """Along the top."""
    pen.arrow("cell", _STATE, (0.1, _CELL), (_F - 0.25, _CELL), colour=ACCENT)
    pen.arrow("cell", _STATE, (_F + 0.25, _CELL), (_ADD - 0.25, _CELL), colour=ACCENT)
    pen.arrow("cell", _STATE, (_ADD + 0.25, _CELL), (10.9, _CELL), colour=ACCENT)
    pen.sign("cell", _F, _CELL, "×")
    pen.sign("cell", _ADD, _CELL, "+")
    above, higher = (0.4, 0.9) if is_narrow() else (0.3, 0.3)
    for x, y, text, ha in (
        (0.1, above, r"$c_{t-1}$", "left"),
        ((_F + _ADD) / 2, above, r"$f_t \odot c_{t-1}$", "center"),
        ((_ADD + _OUT) / 2 + 0.15, higher, r"$f_t \odot c_{t-1} + i_t \odot g_t$", "center"),
        (10.9, above, r"$c_t$", "right"),
    ):
        pen.name("cell", _STATE, x, _CELL + y, text, ha=ha, colour=ACCENT)


def _draw_gates(pen: _Pen) -> None:
    """Along the bottom what is read; from it the four sums, and up from these the gates."""
    pen.line("sums", (0.1, _SUMS), (_O, _SUMS))
    pen.arrow("sums", _GATHERED, (1.3, -0.35), (1.3, _SUMS))
    pen.name("sums", _GATHERED, 0.1, _SUMS + 0.28, r"$h_{t-1}$", ha="left")
    pen.name("sums", _GATHERED, 1.45, -0.2, r"$x_t$", ha="left")
    sums = r"$a_t = x_t W^\mathrm{x} + h_{t-1} W^\mathrm{h} + b$"
    pen.name("sums", _GATHERED, *((6.6, 0.0) if is_narrow() else (4.6, 0.66)), sums)
    beside = 0.2 if is_narrow() else 0.1
    for part, x, name in (("forget", _F, "f"), ("input", _I, "i"), ("input", _G, "g"),
                          ("output", _O, "o")):  # fmt: skip
        pen.arrow(part, _SPLIT, (x, _SUMS), (x, _GATES - 0.26))
        pen.name(
            part, _SPLIT, x + beside, 1.4, rf"$a^\mathrm{{{name}}}_t$", ha="left", colour=MUTED
        )
        pen.box(part, x, _GATES, r"$\tanh$" if name == "g" else r"$\sigma$")

    pen.arrow("forget", "eq:lstm-f", (_F, _GATES + 0.26), (_F, _CELL - 0.25))
    pen.name("forget", "eq:lstm-f", _F + 0.12, 3.3, r"$f_t$", ha="left")
    inside = (_I, _GATES + 0.26), (_I, _PRODUCT), (_ADD - 0.25, _PRODUCT)
    pen.arrow("input", "eq:lstm-i", *inside)
    pen.name("input", "eq:lstm-i", _I - 0.12, 3.3, r"$i_t$", ha="right")
    pen.arrow("input", "eq:lstm-g", (_G, _GATES + 0.26), (_G, _PRODUCT), (_ADD + 0.25, _PRODUCT))
    pen.name("input", "eq:lstm-g", _G + 0.12, 3.3, r"$g_t$", ha="left")
    pen.sign("input", _ADD, _PRODUCT, "×")
    pen.arrow("input", _STATE, (_ADD, _PRODUCT + 0.25), (_ADD, _CELL - 0.25))
    pen.name("input", _STATE, _ADD + 0.12, 4.85, r"$i_t \odot g_t$", ha="left")


def _draw_output(pen: _Pen) -> None:
    """What is shown of the cell state."""
    blue = series(0)
    pen.line("output", (_OUT, _CELL), (_OUT, 4.86), colour=ACCENT)
    pen.box("output", _OUT, 4.6, r"$\tanh$")
    pen.arrow("output", _OUTPUT, (_OUT, 4.34), (_OUT, 3.25))
    pen.name("output", _OUTPUT, _OUT + 0.12, 3.85, r"$\tanh(c_t)$", ha="left")
    pen.arrow("output", "eq:lstm-o", (_O, _GATES + 0.26), (_O, 3.0), (_OUT - 0.25, 3.0))
    pen.name("output", "eq:lstm-o", _O - 0.12, 2.75, r"$o_t$", ha="right")
    pen.sign("output", _OUT, 3.0, "×")
    pen.arrow("output", _OUTPUT, (_OUT + 0.25, 3.0), (10.9, 3.0), colour=blue)
    pen.name("output", _OUTPUT, 10.9, 3.3, r"$h_t$", ha="right", colour=blue)
    at, y, side = (11.1, 2.25, "right") if is_narrow() else (_OUT + 0.3, 2.62, "left")
    pen.name("output", _OUTPUT, at, y, r"$o_t \odot \tanh(c_t)$", ha=side, colour=blue)
