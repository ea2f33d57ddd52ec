"""A passage, twice, each character shaded by what one cell of the language model holds after it."""

from textwrap import wrap

from matplotlib.patches import Rectangle

from book.figures import ACCENT, INK, PAPER, arrays, figure, is_narrow, result

# What the two cells tell of, by the names in the result.
CELLS = {"clause": "the cell of the clause", "verse": "the cell of the verse"}
VERSES = 3


def draw():
    metrics, found = result("characters-inside")["metrics"], arrays("characters-inside")
    text = "".join(found["passage"])
    width = 40 if is_narrow() else 60
    rows = _places(text.split("\n")[:VERSES], width)
    high = 0.35 + 0.2 * len(rows)
    fig, axes = figure(5.6, 2 * high, rows=2, tall=2 * high)
    for ax, (name, title) in zip(axes, CELLS.items(), strict=True):
        held = metrics[f"sign.{name}"] * found["cells"][:, metrics[f"cell.{name}"]].astype(float)
        read = held[: rows[-1][-1] + 1]
        for row, places in enumerate(rows):
            for column, place in enumerate(places):
                opacity = round(15 * (held[place] - read.min()) / (read.max() - read.min())) / 15
                _letter(ax, row, column, text[place], opacity)
        ax.set(xlim=(-0.5, width - 0.5), ylim=(len(rows) - 0.4, -0.6))
        ax.set_title(title, color=INK)
        ax.set_axis_off()
    return fig


def _places(verses, width):
    """The places of the characters of each row, a verse beginning a new one."""
    rows, begin = [], 0
    for verse in verses:
        place = begin
        for line in wrap(verse, width):
            rows.append(range(place, place + len(line)))
            place += len(line) + 1  # the space at which the verse was broken
        begin += len(verse) + 1
    return rows


def _letter(ax, row, column, letter, opacity):
    """One character on its ground."""
    box = Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=ACCENT, alpha=opacity, linewidth=0)
    ax.add_patch(box)
    colour = PAPER if opacity > 0.6 else INK
    ax.text(column, row, letter, color=colour, ha="center", va="center", fontsize=9)
