"""The kernels of the first layer before and after training, and what training added to them."""

from book.figures import INK, arrays, figure, signed_image, tiles

COLUMNS = 5


def draw():
    found = arrays("mnist-conv")
    before, after = found["filters_before"][:, 0], found["filters_after"][:, 0]
    panels = {"before": before, "after": after, "what training added": after - before}
    fig, axes = figure(5.6, 2.5, columns=len(panels))
    for ax, (name, kernels) in zip(axes, panels.items(), strict=True):
        scaled = kernels / abs(kernels).max(axis=(1, 2), keepdims=True)
        signed_image(ax, tiles(scaled, columns=COLUMNS, gap=1))
        ax.set_title(name, fontsize=10, color=INK)
    return fig
