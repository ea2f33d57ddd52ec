"""`characters-inside`: what single cells of a language model by characters tell of its text.

The network is that of `characters`, trained once more, as its weights were not kept, at the rate
that was found there, and for a quarter of the updates. It reads the text that neither has learned
from. Properties of what has been read, each a number at every character, are correlated with the
state of every cell. For each property the cell is chosen on the first half of what each reader
reads, and judged on the second.

The metrics:

- `bits` of the network on validation, as in `characters`;
- `cell.NAME`, the cell chosen for a property, `sign.NAME` of their correlation, 1 or -1;
  `chosen.NAME`, its size on the half that it was chosen on, and `correlation.NAME`, times the sign,
  on the other; `untrained.NAME`, as that, of the network as it starts, with a cell of its own;
- `looked_at`, how many correlations each choice was made from, all properties together;
- `left.t`: of a gradient of length 1 for the last state of a window, what is left t steps back.

The curve has `flow`, what is left at each step of a window. The arrays have a passage, and the
states of all cells after each of its characters.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import load_king_james, text_windows
from backprop.fast.lstm import lstm_backward, lstm_forward
from backprop.shapes import Array
from experiments import characters
from experiments.characters import Model, Tokens, bits, corpus, updates
from experiments.gradient_flow import gradient_flow
from experiments.record import Number, Result

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Settings(characters.Settings):
    """The hyper-parameters of `characters`, and what is looked at.

    Attributes:
        rate: the learning rate, which the search of `characters` has found.
        passage: how the passage begins that is shown.
        shown: how many characters it has.
        reach: how many steps back the gradient's length is told.
    """

    updates: int = 2_500
    validated_every: int = 500
    rate: float = 0.016
    passage: str = "Children, obey your parents in the Lord: for"
    shown: int = 420
    reach: tuple[int, ...] = (16, 32, 63)


def since(text: str, starts: str) -> Floats:
    """At each character, how many came since one of some others, itself counted.

    Examples:
        >>> since("ab cd", " ").tolist()
        [1.0, 2.0, 0.0, 1.0, 2.0]
    """
    counts, count = [], 0
    for character in text:
        count = 0 if character in starts else count + 1
        counts.append(count)
    return np.array(counts, dtype=np.float64)


def in_word(text: str) -> Floats:
    """At each character, how many letters of its word have come; 0 between words."""
    counts, count = [], 0
    for character in text:
        count = count + 1 if character.isalpha() or character == "’" else 0
        counts.append(count)
    return np.array(counts, dtype=np.float64)


def in_name(text: str) -> Floats:
    """At each character, 1 in a word that began with a capital, else 0."""
    inside, found = False, []
    for place, letters in zip(text, in_word(text), strict=True):
        inside = letters > 0 and (place.isupper() if letters == 1 else inside)
        found.append(inside)
    return np.array(found, dtype=np.float64)


def in_brackets(text: str) -> Floats:
    """At each character, 1 from a bracket on until it is closed, else 0."""
    inside, found = False, []
    for character in text:
        inside = character == "(" or (inside and character != ")")
        found.append(inside)
    return np.array(found, dtype=np.float64)


# What is looked for, by name.
PROPERTIES: Mapping[str, Callable[[str], Floats]] = {
    "verse": lambda text: since(text, "\n"),
    "clause": lambda text: since(text, "\n.,:;?!"),
    "word": in_word,
    "capital": in_name,
    "brackets": in_brackets,
}


class Chosen(NamedTuple):
    """The cell that goes with a property.

    Attributes:
        cell: which it is.
        sign: 1 or -1, of its correlation with the property.
        chosen: that correlation, in absolute value, on the half that it was chosen on.
        correlation: with that sign, on the other half.
    """

    cell: int
    sign: int
    chosen: float
    correlation: float


def run(checkpoints: Path, settings: Settings = Settings(), text: str | None = None) -> Result:
    """Trains once, and looks at all cells; a test brings a text of its own."""
    start = time.perf_counter()
    given = corpus(load_king_james() if text is None else text, settings)
    model = Model.drawn(len(given.alphabet), settings, settings.seed)
    held = "".join(given.alphabet[token] for token in given.held)
    untrained = look(model, given.held, held, settings)[0]
    losses = updates(model, given.known, settings.rate, settings.updates, settings)
    for update, loss in enumerate(losses, 1):
        if update % settings.validated_every == 0:
            print(f"  {update}: a loss of {loss:.3f}", flush=True)
    trained, flow = look(model, given.held, held, settings)
    metrics: dict[str, Number] = {
        "bits": bits(model, given.held, settings),
        "units": settings.units,
        "properties": len(PROPERTIES),
        "looked_at": settings.units * len(PROPERTIES),
        **{f"left.{t}": float(flow[-1 - t]) for t in settings.reach},
    }
    for name, found in trained.items():
        metrics |= {f"{key}.{name}": value for key, value in found._asdict().items()}
        metrics[f"untrained.{name}"] = untrained[name].correlation
    begin = held.index(settings.passage)
    shown = slice(begin, begin + settings.shown)
    # It is read with some characters before it, so that it does not begin at rest.
    lead = min(begin, settings.fresh)
    near = given.held[begin - lead : shown.stop, np.newaxis]
    cells, _ = states(model, near, at_rest(model, 1))
    return Result(
        metrics=metrics,
        curve={"flow": [float(length) for length in flow]},
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays={
            "passage": np.array(list(held[shown])),
            "cells": cells[lead:, 0].astype(np.float16),
        },
        networks=[model.params],
    )


def look(
    model: Model, tokens: Tokens, text: str, settings: Settings
) -> tuple[dict[str, Chosen], Floats]:
    """Finds the cell for each property, and how far back gradients reach in the last window.

    Args:
        model: what reads.
        tokens: the text as numbers.
        text: the same as characters.
        settings: how many readers there are, and how long their windows.
    """
    parts, carried = [], at_rest(model, settings.parts)
    places = [x for x, _ in text_windows(np.arange(len(tokens)), settings.parts, settings.window)]
    for x in places:
        before = carried
        cells, carried = states(model, tokens[x], before)
        parts.append(cells)
    first, second = np.array_split(np.concatenate(parts), 2)
    here, there = np.array_split(np.concatenate(places), 2)
    found = {}
    for name, measure in PROPERTIES.items():
        values = measure(text)
        on_first = correlations(values[here], first)
        cell = int(np.abs(on_first).argmax())
        sign = int(np.sign(on_first[cell]))
        judged = correlations(values[there], second[..., cell : cell + 1])[0]
        found[name] = Chosen(cell, sign, sign * float(on_first[cell]), sign * float(judged))
    vectors = model.embedding.forward(tokens[places[-1]], training=False)
    weights = [param.astype(np.float64) for param in model.lstm.params.values()]
    flow = gradient_flow(
        lstm_forward,
        lstm_backward,
        vectors.astype(np.float64),
        [state.astype(np.float64) for state in before],
        weights,
        np.random.default_rng(settings.sample_seed),
    )
    return found, flow


def correlations(values: Floats, cells: Array) -> Floats:
    """The correlation of numbers, (T, N), with each of the cells' states, (T, N, H): (H,)."""
    off = values - values.mean()
    away = cells - cells.mean(axis=(0, 1), dtype=np.float64)
    products = np.einsum("tn,tnh->h", off, away)
    found: Floats = products / np.sqrt((off**2).sum() * np.einsum("tnh,tnh->h", away, away))
    return found


def at_rest(model: Model, N: int) -> tuple[Array, Array]:
    """States of zeros for so many readers, of the layer's units and dtype."""
    zeros = np.zeros((N, model.lstm.H), model.lstm.params["b_l0"].dtype)
    return zeros, zeros


def states(
    model: Model, tokens: Tokens, before: tuple[Array, Array]
) -> tuple[Array, tuple[Array, Array]]:
    """The cell states after each of some tokens, (T, N): (T, N, H); and h and c after the last."""
    vectors = model.embedding.forward(tokens, training=False)
    h, c, cache = lstm_forward(vectors, *before, *model.lstm.params.values())
    return np.concatenate([cache.c_before[1:], c[np.newaxis]]), (h[-1].copy(), c)
