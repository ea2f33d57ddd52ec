"""A trained LSTM over a sequence of letters, some of them marked: its states and its gates."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from book.figures import INK, arrays, figure, signed_image

__all__ = ["inside"]

_NAMES = "ABC"
_FIELDS = {"forget": "f", "input": "i", "output": "o", "cell state": "c_next"}


def inside(marked: Sequence[int], *shown: str) -> Figure:
    """Draws letters, marks, what is asked for, and the answer at every step.

    Args:
        marked: the steps with a mark.
        shown: of "forget", "input", "output" and "cell state".
    """
    found = arrays("lstm-inside")
    fig, axes = figure(
        5.6, 0.75 + 0.55 * len(shown), rows=len(shown) + 1,
        height_ratios=[1.1, *[1.4] * len(shown)], gridspec_kw={"hspace": 0.05},
    )  # fmt: skip
    rows = {
        name: "".join(_NAMES[k] for k in found[f"shown_{name}s"]) for name in ("letter", "answer")
    }
    _write(axes[0], rows["letter"], marked, rows["answer"])
    for ax, name in zip(axes[1:], shown, strict=True):
        signed_image(ax, found[f"shown_{_FIELDS[name]}"].T, 1.0)
        ax.text(-1, 1, name, ha="right", va="center", color=INK, fontsize=9)
        ax.set(xlim=(-5, len(rows["letter"]) - 0.5), aspect="auto")
    return fig


def _write(ax: Axes, letters: str, marked: Sequence[int], answers: str) -> None:
    """The letters, the marks below them, and the answers."""
    for row, (name, text) in enumerate({"letter": letters, "mark": "", "answer": answers}.items()):
        ax.text(-1, row, name, ha="right", va="center", color=INK, fontsize=9)
        for step, letter in enumerate(text):
            ax.text(step, row, letter, ha="center", va="center", color=INK, fontsize=9)
    ax.plot(marked, [1] * len(marked), "^", color=INK, markersize=5)
    ax.set(xlim=(-5, len(letters) - 0.5), ylim=(2.6, -0.6))
    ax.set_axis_off()
