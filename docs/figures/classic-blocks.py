"""Blocks of five classic networks, from the maps below to those above, and how their ends meet."""

from matplotlib.patches import Circle

from book.block_figures import arrow, box
from book.figures import ACCENT, INK, MUTED, PAPER, figure

LEVELS = (1.0, 2.1, 3.2)


def work(ax, x, y, text, width=0.86):
    box(ax, x, y, text, width, size=8)


def joint(ax, x, y, text):
    ax.add_patch(Circle((x, y), 0.2, facecolor=PAPER, edgecolor=ACCENT, linewidth=1.2, zorder=3))
    ax.text(x, y, text, color=ACCENT, ha="center", va="center_baseline", fontsize=9, zorder=4)


def in_groups(ax, x, y, text):
    """A box in four parts, and what it says on its left."""
    for part in (-0.33, -0.11, 0.11, 0.33):
        work(ax, x + part, y, "", width=0.16)
    ax.text(x - 0.48, y, text, color=INK, ha="right", va="center", fontsize=8)


def column(ax, x, texts, end, start=None, groups=None):
    """Boxes one above the other, between two points; one of them in groups."""
    below = (x, 0) if start is None else start
    for level, (y, text) in enumerate(zip(LEVELS, texts, strict=False)):
        arrow(ax, below, (x, y - 0.27))
        (in_groups if level == groups else work)(ax, x, y, text)
        below = (x, y + 0.27)
    arrow(ax, below, end)


def around(ax, x, top):
    """The path that computes nothing."""
    arrow(ax, (x, 0.25), (x + 0.72, 0.25), (x + 0.72, top), (x + 0.18, top), color=ACCENT)


def draw():
    fig, (ax, right) = figure(5.6, 2.9, columns=2, tall=4.4, width_ratios=(5.5, 6.9))
    top, out, middle = 4.3, 5.0, 3.3
    column(ax, 0.5, ("3 × 3", "3 × 3"), (0.5, out))
    for x, texts in (
        (1.8, ("1 × 1",)), (2.8, ("1 × 1", "3 × 3")), (3.8, ("1 × 1", "5 × 5")),
        (4.8, ("pool", "1 × 1")),
    ):  # fmt: skip
        column(ax, x, texts, (middle + 0.1 * (x - middle), top - 0.2), (middle, 0.1))
    ax.plot([middle, middle], [-0.1, 0.1], color=MUTED, linewidth=1.0)
    column(right, 6.3, ("1 × 1", "3 × 3", "1 × 1"), (6.3, top - 0.2))
    column(right, 8.8, ("1 × 1", "3 × 3", "1 × 1"), (8.8, top - 0.2), groups=1)
    column(right, 11.1, ("1 × 1", "3 × 3"), (11.1, top - 0.2))
    for side, x, sign in (
        (ax, middle, "‖"), (right, 6.3, "+"), (right, 8.8, "+"), (right, 11.1, "‖"),
    ):  # fmt: skip
        joint(side, x, top, sign)
        arrow(side, (x, top + 0.2), (x, out))
        if side is right:
            around(side, x, top)
    for side, x, name in (
        (ax, 0.5, "VGG"), (ax, middle, "GoogLeNet"),
        (right, 6.3, "ResNet"), (right, 8.8, "ResNeXt"), (right, 11.1, "DenseNet"),
    ):  # fmt: skip
        side.text(x, -0.35, name, color=INK, ha="center", va="top", fontsize=9)
    for side, ends in ((ax, (-0.1, 5.4)), (right, (5.4, 12.3))):
        side.set(xlim=ends, ylim=(-0.9, 5.1))
        side.set_axis_off()
    return fig
