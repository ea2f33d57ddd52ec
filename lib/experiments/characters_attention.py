"""`characters-attention`: the characters of `characters` for attention, beside the LSTM.

Two blocks of causal attention, as a transformer has them, with about as many parameters as the
LSTM, learn from the same windows in the same way. A window is read on its own in training. To be
judged, each half of a window is read with the half before it, so that attention sees from a half
to a whole window of characters, where the LSTM carries its state.

Both have the same time: so many updates each that they take about as many seconds, and both train
in turn, a slice of updates at a time, so that what else the machine does is in the way of both.
`seconds` are those of the processor, of all threads together. Each has its own rate, from a grid
with steps of a factor of 2 that goes on where the best lies at its end, by the bits on validation
of short runs of another seed, equally long for both.

The text is split in order: eight tenths to train on, a tenth that is the test set, and the tenth
that `characters` validates on. The test set is read once, at the end.

The metrics, SIDE is `lstm` or `attention`, means over the seeds:

- `SIDE_bits`, `SIDE_bits_train` and `test_SIDE_bits`: bits a character on validation, over the last
  updates of the training, and on the test set, with `..._std` for the spread of one run;
- `SIDE_parameters`, `SIDE_updates`, `SIDE_seconds`, `SIDE_rate`, `SIDE_rate_at_end`;
- `test_difference`: bits of attention less bits of the LSTM on the test set, seed by seed, with the
  interval that holds it with 95 in 100.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from backprop import (
    CROSS_ENTROPY,
    GELU,
    Embedding,
    Layer,
    LayerNorm,
    Linear,
    MultiHeadAttention,
    Positions,
    Residual,
    Sequential,
    load_king_james,
    normal,
    xavier_uniform,
)
from backprop.shapes import Array
from experiments import characters
from experiments.characters import LanguageModel, States, Tokens, bits, named, updates
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.record import Number, Result
from experiments.repeats import SEEDS, summary


@dataclass(frozen=True)
class Settings(characters.Settings):
    """The hyper-parameters, `updates` being those of the LSTM.

    Attributes:
        attention_updates: as many as take as long.
        search_share: of the updates, for a run of the search.
        middle_rate: where the LSTM's grid begins, and `attention_middle_rate` that of attention.
        slices: how many pieces a training is cut into, which take turns.
    """

    updates: int = 14_500
    test_share: float = 0.1
    attention_features: int = 60
    heads: int = 4
    blocks: int = 2
    attention_updates: int = 6_200
    search_share: float = 0.25
    middle_rate: float = 1.6e-2
    attention_middle_rate: float = 8e-3
    largest_grid: int = 6
    slices: int = 50


class Attention:
    """A language model by characters: blocks of attention among those that have been read."""

    def __init__(self, V: int, settings: Settings, seed: int) -> None:
        rng = np.random.default_rng(seed)
        D = settings.attention_features
        table = normal((V, D), rng, std=1.0, dtype=np.float32)
        self.embedding = Embedding(table)
        layers: list[Layer] = [Positions()]
        for _ in range(settings.blocks):
            layers += block(D, settings.heads, rng)
        layers += [LayerNorm(D, dtype=np.float32)]
        layers += [Linear(D, V, rng=rng, init=xavier_uniform, dtype=np.float32)]
        self.blocks = Sequential(layers)
        self.grads: dict[str, Array] = {}
        self.states: States = ()

    @property
    def params(self) -> dict[str, Array]:
        """All parameters by name."""
        return named({"embedding": self.embedding.params, "blocks": self.blocks.params})

    def forward(self, x: Tokens, states: States | None) -> Array:
        """Maps tokens, (T, N), to logits, (T, N, V), with the window before, if given, in sight."""
        seen = np.concatenate([*(states or ()), x])
        self.states = (x,)
        logits: Array = self.blocks(self.embedding(seen))[-len(x) :]
        return logits

    def learn(self, x: Tokens, target: Tokens, states: States | None) -> float:
        """Goes forwards and back through a window, read on its own whatever was before."""
        logits = self.blocks.forward(self.embedding.forward(x, training=True), training=True)
        loss, cache = CROSS_ENTROPY.forward(logits, target)
        self.embedding.backward(self.blocks.backward(CROSS_ENTROPY.backward(1.0, cache)))
        self.grads = named({"embedding": self.embedding.grads, "blocks": self.blocks.grads})
        return float(loss)


def block(D: int, heads: int, rng: np.random.Generator) -> list[Layer]:
    """A transformer's block: attention, then a network for each step, with a way past either."""
    look: list[Layer] = [
        LayerNorm(D, dtype=np.float32),
        MultiHeadAttention(D, heads, causal=True, rng=rng, dtype=np.float32),
    ]
    work: list[Layer] = [
        LayerNorm(D, dtype=np.float32),
        Linear(D, 4 * D, rng=rng, dtype=np.float32),
        GELU(),
        Linear(4 * D, D, rng=rng, dtype=np.float32),
    ]
    return [Residual(Sequential(look)), Residual(Sequential(work))]


@dataclass(frozen=True)
class Side:
    """One of the two that are compared.

    Attributes:
        make: from a size of the alphabet, settings and a seed to a model as it starts.
        updates: that it has in all.
        middle_rate: where its grid begins.
        judged: the settings that its bits are counted with.
    """

    make: Callable[[int, Settings, int], LanguageModel]
    updates: int
    middle_rate: float
    judged: characters.Settings


def sides(settings: Settings) -> dict[str, Side]:
    """Both, by name."""
    half = characters.Settings(parts=settings.parts, window=settings.window // 2)
    return {
        "lstm": Side(characters.Model.drawn, settings.updates, settings.middle_rate, settings),
        "attention": Side(
            Attention, settings.attention_updates, settings.attention_middle_rate, half
        ),
    }


def run(
    _checkpoints: Path,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
    text: str | None = None,
) -> Result:
    """Finds both rates, trains both in turn from each seed, and tests; a text may be given."""
    start = time.perf_counter()
    given = characters.corpus(load_king_james() if text is None else text, settings)
    known, test = without_test(given, settings)
    V = len(given.alphabet)
    rates: dict[str, float] = {}
    metrics: dict[str, Number] = {
        "train_size": len(known),
        "validation_size": len(given.held),
        "test_size": len(test),
    }
    tried: list[dict[str, Any]] = []
    for name, side in sides(settings).items():
        short = round(side.updates * settings.search_share)

        def score(rate: float, side: Side = side, short: int = short) -> float:
            """Bits on validation after a short run."""
            model = side.make(V, settings, settings.search_seed)
            for _ in updates(model, known, rate, short, settings):
                pass
            return bits(model, given.held, side.judged)

        scores = search(score, side.middle_rate, settings.largest_grid)
        rates[name], at_end = best_of(scores)
        tried += [
            {"side": name, "rate": rate, "bits": round(scores[rate], 4)} for rate in sorted(scores)
        ]
        metrics |= {
            f"{name}_rate": rates[name],
            f"{name}_rate_at_end": int(at_end),
            f"{name}_updates": side.updates,
        }
    found: list[dict[str, Number]] = []
    curve: dict[str, list[Number]] = {}
    for seed in seeds:
        models = {name: side.make(V, settings, seed) for name, side in sides(settings).items()}
        measured, losses = train_in_turn(models, known, rates, settings)
        for name, side in sides(settings).items():
            measured |= {
                f"{name}_parameters": sum(param.size for param in models[name].params.values()),
                f"{name}_bits": bits(models[name], given.held, side.judged),
                f"test_{name}_bits": bits(models[name], test, side.judged),
            }
            curve.setdefault(f"{name}_bits_train", losses[name])
        print(f"  seed {seed}:", *(f"{key} {value:.4g}" for key, value in measured.items()))
        found.append(measured)
    means, by_seed = summary(found)
    pair = (by_seed[f"test_{name}_bits"] for name in ("attention", "lstm"))
    return Result(
        metrics=metrics | means | paired_difference(*pair).metrics("test_difference"),
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        by_seed=by_seed,
    )


def without_test(given: characters.Corpus, settings: Settings) -> tuple[Tokens, Tokens]:
    """The part to train on, and the test set, which is the end of what `characters` trains on."""
    last = round(len(given.known) * settings.test_share / (1 - settings.validation_share))
    return given.known[:-last], given.known[-last:]


def train_in_turn(
    models: dict[str, LanguageModel], known: Tokens, rates: dict[str, float], settings: Settings
) -> tuple[dict[str, Number], dict[str, list[Number]]]:
    """Trains each model, a slice of its updates at a time.

    Returns:
        How long each has taken and its bits over the last slice, and its bits over every slice.
    """
    each = sides(settings)
    runs = {
        name: updates(model, known, rates[name], each[name].updates, settings)
        for name, model in models.items()
    }
    seconds = dict.fromkeys(models, 0.0)
    losses: dict[str, list[Number]] = {name: [] for name in models}
    for _ in range(settings.slices):
        for name in models:
            start = time.process_time()
            slice_ = list(islice(runs[name], each[name].updates // settings.slices))
            seconds[name] += time.process_time() - start
            losses[name].append(float(np.mean(slice_)) / math.log(2))
    measured: dict[str, Number] = {}
    for name in models:
        measured |= {f"{name}_seconds": seconds[name], f"{name}_bits_train": losses[name][-1]}
    return measured, losses
