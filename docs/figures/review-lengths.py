"""How many tokens the reviews have."""

from book.figures import figure, result, series

STEP = 50  # as LENGTH_STEP in experiments.imdb


def draw():
    counts = result("imdb")["curve"]["length_count"]
    fig, ax = figure(5.6, 2.5)
    places = [STEP * (column + 0.5) for column in range(len(counts))]
    ax.bar(places, counts, width=0.86 * STEP, color=series(0))
    ax.set(xlabel="words and signs", ylabel="reviews", xlim=(0, STEP * len(counts)))
    return fig
