"""What one number sees through three layers with kernels of 3."""

from matplotlib.patches import Circle

from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure

LAYERS, KERNEL, SIZE = 3, 3, 11


def draw():
    fig, ax = figure(5.6, 2.4)
    middle, half = SIZE // 2, KERNEL // 2
    for layer in range(LAYERS + 1):
        y, seen = 1.3 * layer, half * (LAYERS - layer)
        reach = range(half * layer, SIZE - half * layer)
        for h in reach:
            inside = abs(h - middle) <= seen
            ax.add_patch(
                Circle((h, y), 0.2, facecolor=ACCENT if inside else PAPER,
                       edgecolor=ACCENT if inside else MUTED, zorder=3)
            )  # fmt: skip
            for tap in range(h - half, h + half + 1):
                if layer > 0:
                    colour = ACCENT if inside else FAINT
                    ax.plot([tap, h], [y - 1.3, y], color=colour, linewidth=0.9, zorder=1 + inside)
        name = f"layer {layer}" if layer else "input"
        ax.text(-1, y, name, color=INK, ha="right", va="center", fontsize=9)
        width = 2 * seen + 1
        ax.text(SIZE, y, f"{width} of them" if layer < LAYERS else "1", color=MUTED, ha="left",
                va="center", fontsize=9)  # fmt: skip
    ax.set(xlim=(-3, SIZE + 2), ylim=(-0.5, 1.3 * LAYERS + 0.5), aspect="equal")
    ax.set_axis_off()
    return fig
