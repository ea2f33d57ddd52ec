"""How the taps of a kernel lie on one axis: plain, with a stride, padding, dilation."""

from matplotlib.patches import Circle

from backprop.fast.axes import Axis
from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure

SIZE, KERNEL = 6, 3
CASES = {
    "plain": Axis(SIZE, KERNEL, stride=1, padding=0, dilation=1),
    "stride 2": Axis(SIZE, KERNEL, stride=2, padding=0, dilation=1),
    "padding 1": Axis(SIZE, KERNEL, stride=1, padding=1, dilation=1),
    "dilation 2": Axis(SIZE, KERNEL, stride=1, padding=0, dilation=2),
}


def panel(ax, name, axis):
    touched = set()
    for u in range(axis.outputs):
        first = u * axis.stride - axis.padding
        taps = [first + k * axis.dilation for k in range(axis.kernel)]
        touched |= set(taps)
        middle = sum(taps) / len(taps)
        for h in taps:
            colour = ACCENT if u == 0 else FAINT
            ax.plot([h, middle], [0, 1.5], color=colour, linewidth=1.1, zorder=2 if u == 0 else 1)
        face = ACCENT if u == 0 else MUTED
        ax.add_patch(Circle((middle, 1.5), 0.2, facecolor=face, linewidth=0, zorder=3))
    for h in range(-axis.padding, axis.size + axis.padding):
        real = 0 <= h < axis.size
        ax.add_patch(Circle((h, 0), 0.2, facecolor=INK if real else PAPER, edgecolor=INK, zorder=3))
        if h not in touched:
            ax.plot([h - 0.35, h + 0.35], [-0.35, 0.35], color=ACCENT, linewidth=1.6, zorder=4)
    ax.set_title(name, fontsize=10, color=INK)
    ax.set(xlim=(-1.5, SIZE + 0.5), ylim=(-0.6, 1.9), aspect="equal")
    ax.set_axis_off()


def draw():
    fig, axes = figure(5.6, 2.6, rows=2, columns=2)
    for ax, (name, axis) in zip(axes.ravel(), CASES.items(), strict=True):
        panel(ax, name, axis)
    return fig
