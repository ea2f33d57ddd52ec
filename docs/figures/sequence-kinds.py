"""What is asked of a sequence: one answer at its end, one at each step, or many from one input."""

from matplotlib.patches import FancyArrowPatch, Rectangle

from book.figures import ACCENT, FAINT, INK, MUTED, figure

STEPS = 3
# Of each kind, the steps with an input and those with an answer.
KINDS = {
    "one answer\nat the end": ((0, 1, 2), (2,)),
    "one at\neach step": ((0, 1, 2), (0, 1, 2)),
    "many from\none input": ((0,), (0, 1, 2)),
}


def box(ax, x, y, face):
    ax.add_patch(Rectangle((x - 0.28, y - 0.2), 0.56, 0.4, facecolor=face, edgecolor=MUTED))


def arrow(ax, start, end):
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=7,
            color=INK,
            linewidth=0.9,
            shrinkA=0,
            shrinkB=0,
        )
    )


def draw():
    fig, axes = figure(5.6, 2.0, columns=len(KINDS))
    for ax, (title, (inputs, answers)) in zip(axes, KINDS.items(), strict=True):
        ax.set(xlim=(-0.5, STEPS - 0.5), ylim=(-1.4, 1.4), title=title)
        ax.axis("off")
        for t in range(STEPS):
            box(ax, t, 0, FAINT)
            if t + 1 < STEPS:
                arrow(ax, (t + 0.28, 0), (t + 0.72, 0))
            if t in inputs:
                box(ax, t, -1, "none")
                arrow(ax, (t, -0.8), (t, -0.2))
            if t in answers:
                box(ax, t, 1, ACCENT)
                arrow(ax, (t, 0.2), (t, 0.8))
    return fig
