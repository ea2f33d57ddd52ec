"""A recurrent cell with its loop, and unrolled over three steps, with the gradients' way back."""

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from book.figures import ACCENT, FAINT, INK, MUTED, figure

WIDTH, HEIGHT = 0.9, 0.7
APART = 0.13


def cell(ax, x, y):
    ax.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2, y - HEIGHT / 2),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=FAINT,
            edgecolor=MUTED,
            linewidth=1,
        )
    )
    ax.text(x, y, "cell", color=INK, ha="center", va="center")


def arrow(ax, start, end, color=INK):
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=9,
            color=color,
            linewidth=1.1,
            shrinkA=0,
            shrinkB=0,
        )
    )


def both_ways(ax, start, end):
    """A value one way and, beside it, its gradient the other way."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = (APART, 0) if x0 == x1 else (0, -APART)
    arrow(ax, (x0 - dx, y0 - dy), (x1 - dx, y1 - dy))
    arrow(ax, (x1 + dx, y1 + dy), (x0 + dx, y0 + dy), ACCENT)


def label(ax, x, y, name):
    ax.text(x, y, name, color=INK, ha="center", va="center")


def draw():
    fig, ax = figure(5.6, 2.5)
    ax.set(xlim=(-1.3, 7.9), ylim=(-1.75, 1.75), aspect="equal")
    ax.axis("off")
    cell(ax, 0, 0)
    arrow(ax, (0, -1.15), (0, -HEIGHT / 2))
    arrow(ax, (0, HEIGHT / 2), (0, 1.15))
    ax.plot([WIDTH / 2, 0.95, 0.95, -0.95, -0.95], [0, 0, 0.75, 0.75, 0], color=INK, linewidth=1.1)
    arrow(ax, (-0.95, 0), (-WIDTH / 2, 0))
    label(ax, 0, -1.4, "$x_t$")
    label(ax, 0, 1.4, "$y_t$")
    label(ax, 1.3, 0.45, "$h_t$")
    label(ax, 1.75, 0, "=")
    centres = [3.3, 5.0, 6.7]
    for t, x in enumerate(centres, 1):
        cell(ax, x, 0)
        both_ways(ax, (x, -1.15), (x, -HEIGHT / 2))
        both_ways(ax, (x, HEIGHT / 2), (x, 1.15))
        label(ax, x, -1.4, f"$x_{t}$")
        label(ax, x, 1.4, f"$y_{t}$")
        both_ways(ax, (x - 1.7 + WIDTH / 2, 0), (x - WIDTH / 2, 0))
        label(ax, x - 0.85, 0.42, f"$h_{t - 1}$")
    return fig
