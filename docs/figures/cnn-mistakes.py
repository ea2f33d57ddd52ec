"""The test digits about which the convolutional network was most certain and wrong."""

from book.figures import MUTED, arrays, figure, image, tiles

COLUMNS, GAP = 8, 14


def draw():
    found = arrays("mnist-cnn")
    images = found["mistakes_images"]
    fig, ax = figure(5.6, 2.2)
    image(ax, tiles(images, columns=COLUMNS, gap=GAP))
    pairs = zip(found["mistakes_labels"], found["mistakes_predictions"], strict=True)
    for k, (label, answer) in enumerate(pairs):
        row, column = divmod(k, COLUMNS)
        x, y = column * (28 + GAP) + 13.5, row * (28 + GAP) + 28
        ax.text(x, y, f"{label} → {answer}", color=MUTED, ha="center", va="top", fontsize=9)
    ax.set_ylim(len(images) / COLUMNS * (28 + GAP) - 1, -1)
    return fig
