"""The kernels of the first layer, before and after training."""

from book.figures import INK, arrays, figure, signed_image, tiles

COLUMNS = 6


def draw():
    found = arrays("mnist-conv")
    fig, axes = figure(5.6, 2.5, columns=2)
    for ax, name in zip(axes, ("before", "after"), strict=True):
        kernels = found[f"filters_{name}"][:, 0]
        scaled = kernels / abs(kernels).max(axis=(1, 2), keepdims=True)
        signed_image(ax, tiles(scaled, columns=COLUMNS, gap=1))
        ax.set_title(f"{name} training", fontsize=10, color=INK)
    return fig
