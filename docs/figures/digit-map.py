"""What the decoder makes of points of the plane."""

from book.figures import arrays, figure, image, tiles


def draw():
    found = arrays("vae")["map"]
    side = round(len(found) ** 0.5)
    fig, ax = figure(4.6, 4.6)
    image(ax, tiles(found.astype(float), columns=side, gap=0), high=255)
    return fig
