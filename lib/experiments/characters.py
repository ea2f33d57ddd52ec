"""`characters`: an LSTM learns to foretell the next character of the King James Version.

The text is split in order: the first nine tenths to train on, the last tenth, from the Acts to
Revelation, to validate on. The rate is the best of a grid with steps of a factor of 2, by the bits
that short runs of another seed come to on validation, their rate falling to 0 as that of the long
run does. There is no test set: of what is reported, the rate alone was chosen on the part that it
is measured on.

The metrics, all bits a character, on validation unless the name says otherwise:

- `bits`, of the trained network, and `bits_train`, over its last updates; `perplexity`, 2 to these;
- `bits.counts.n`, of tables that count what followed each n characters in the training part, the
  longer contexts leaning on the shorter ones, and `bits.uniform`, of guessing;
- `bits_fresh.t`: of the network when it has read t characters after a state of zeros, or fewer, but
  more than half as many;
- `peak_mb.whole.t` and `peak_mb.windows.t`: the most that a walk over t characters had allocated at
  a time, in megabytes, forwards and back at once or in windows.

The table has what the network writes, after more and more updates and at several temperatures; the
arrays, the logits after some beginnings.
"""

import math
import time
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop import (
    CROSS_ENTROPY,
    LSTM,
    Adam,
    Embedding,
    Linear,
    clip_by_global_norm,
    linear_decay,
    load_king_james,
    normal,
    sample_class,
    text_windows,
    xavier_uniform,
)
from backprop.shapes import Array
from experiments.record import Number, Result

Tokens: TypeAlias = NDArray[np.integer[Any]]
# What is kept from window to window: numbers of a cell, or tokens.
States: TypeAlias = Sequence[NDArray[Any]]


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters.

    Attributes:
        parts: how many places of the text are read at a time.
        sampled_after: the updates after which the network writes something.
        beginnings: what the arrays have the logits after.
        lengths: of text, that memory is measured over.
        strengths: of the tables' lean on shorter contexts, of which each takes its best.
    """

    validation_share: float = 0.1
    features: int = 32
    units: int = 128
    forget_bias: float = 1.0
    parts: int = 32
    window: int = 64
    updates: int = 10_000
    max_norm: float = 1.0
    rates: tuple[float, ...] = (2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2)
    search_updates: int = 500
    search_seed: int = 100
    curve_every: int = 50
    validated_every: int = 1_000
    sampled_after: tuple[int, ...] = (1, 100, 1_000, 10_000)
    seed: int = 0
    sample_seed: int = 0
    written: int = 240
    temperatures: tuple[float, ...] = (0.5, 1.0, 1.5)
    beginnings: tuple[str, ...] = ("\nAnd God s", "\nAnd the ", "\nBlessed are the p")
    fresh: int = 256
    lengths: tuple[int, ...] = (64, 256, 1_024, 4_096)
    orders: int = 9
    strengths: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class LanguageModel(Protocol):
    """What learns to foretell characters."""

    grads: dict[str, Array]

    @property
    def params(self) -> dict[str, Array]:
        """All parameters by name."""

    @property
    def states(self) -> States:
        """What it has kept of all that it has read, for the window that comes next."""

    def forward(self, x: Tokens, states: States | None) -> Array:
        """Maps tokens, (T, N), to logits, (T, N, V)."""

    def learn(self, x: Tokens, target: Tokens, states: States | None) -> float:
        """Goes forwards and back through a window, and leaves the gradients in `grads`."""


@dataclass
class Model:
    """A language model by characters: a table, an LSTM, and scores for the next character."""

    embedding: Embedding
    lstm: LSTM
    out: Linear
    grads: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def drawn(cls, V: int, settings: Settings, seed: int) -> "Model":
        """A model as it starts."""
        rng = np.random.default_rng(seed)
        D, H = settings.features, settings.units
        return cls(
            Embedding(normal((V, D), rng, std=1.0, dtype=np.float32)),
            LSTM(D, H, rng=rng, forget_bias=settings.forget_bias, dtype=np.float32),
            Linear(H, V, rng=rng, init=xavier_uniform, dtype=np.float32),
        )

    @property
    def layers(self) -> dict[str, Any]:
        """Its layers by name."""
        return {"embedding": self.embedding, "lstm": self.lstm, "out": self.out}

    @property
    def params(self) -> dict[str, Array]:
        """All parameters by name."""
        return named({name: layer.params for name, layer in self.layers.items()})

    @property
    def states(self) -> States:
        """What the LSTM has ended with."""
        return self.lstm.states

    def forward(self, x: Tokens, states: States | None) -> Array:
        """Maps tokens, (T, N), to logits, (T, N, V)."""
        vectors = self.embedding.forward(x, training=True)
        h = self.lstm.forward(vectors, training=True, states=states)
        return self.out.forward(h, training=True)

    def learn(self, x: Tokens, target: Tokens, states: States | None) -> float:
        """Goes forwards and back through a window, and leaves the gradients in `grads`."""
        loss, cache = CROSS_ENTROPY.forward(self.forward(x, states), target)
        dh = self.out.backward(CROSS_ENTROPY.backward(1.0, cache))
        self.embedding.backward(self.lstm.backward(dh))
        self.grads = named({name: layer.grads for name, layer in self.layers.items()})
        return float(loss)


def named(arrays: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
    """Arrays of layers by the layer's name and their own."""
    return {f"{layer}.{name}": a for layer, of in arrays.items() for name, a in of.items()}


class Corpus(NamedTuple):
    """The text as numbers, split in order.

    Attributes:
        alphabet: its characters, each of which has its place as its number.
        known: the part to train on.
        held: the part to validate on.
    """

    alphabet: list[str]
    known: Tokens
    held: Tokens

    def numbers(self, text: str) -> Tokens:
        """The numbers of characters."""
        return np.array([self.alphabet.index(character) for character in text])


def corpus(text: str, settings: Settings) -> Corpus:
    """Numbers the characters of a text, and splits it."""
    alphabet = sorted(set(text))
    numbers = {character: number for number, character in enumerate(alphabet)}
    tokens = np.array([numbers[character] for character in text])
    first = round(len(tokens) * (1 - settings.validation_share))
    return Corpus(alphabet, tokens[:first], tokens[first:])


def run(
    _checkpoints: Path,
    settings: Settings = Settings(),
    text: str | None = None,
) -> Result:
    """Finds the rate, trains once, and measures; a test brings a text of its own."""
    start = time.perf_counter()
    given = corpus(load_king_james() if text is None else text, settings)
    tried = search(given, settings)
    rate = min(tried, key=lambda one: one["bits"])["rate"]
    found = learn(given, rate, settings)
    V = len(given.alphabet)
    metrics: dict[str, Number] = {
        **found.metrics,
        "bits.uniform": math.log2(V),
        "train_size": len(given.known),
        "validation_size": len(given.held),
        "alphabet": V,
        "rate": rate,
        "rate_at_end": int(rate in (settings.rates[0], settings.rates[-1])),
        **{name: getattr(settings, name) for name in ("updates", "units", "window", "parts")},
        "passes": settings.updates * settings.parts * settings.window / len(given.known),
        **counted(given.known, given.held, V, settings),
        **memory(given.known, V, settings),
    }
    return replace(
        found,
        metrics=metrics,
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
    )


def search(given: Corpus, settings: Settings) -> list[dict[str, Any]]:
    """Trains for a short time with each rate of the grid."""
    tried = []
    for rate in settings.rates:
        model = Model.drawn(len(given.alphabet), settings, settings.search_seed)
        for _ in updates(model, given.known, rate, settings.search_updates, settings):
            pass
        tried.append({"rate": rate, "bits": round(bits(model, given.held, settings), 4)})
    return tried


def learn(given: Corpus, rate: float, settings: Settings) -> Result:
    """Trains, lets the network write now and then, and measures."""
    start = time.process_time()
    model = Model.drawn(len(given.alphabet), settings, settings.seed)
    table: list[dict[str, Any]] = []
    losses: list[float] = []
    curve: dict[str, list[Number]] = {"bits_train": [], "bits": []}

    def sample(update: int, temperature: float) -> None:
        rng = np.random.default_rng(settings.sample_seed)
        drawn = write(model, given.numbers("\n"), temperature, settings.written, rng)
        text = "".join(given.alphabet[token] for token in drawn)
        table.append({"updates": update, "temperature": temperature, "text": text})

    for update, loss in enumerate(updates(model, given.known, rate, settings.updates, settings), 1):
        losses.append(loss / math.log(2))
        if update in settings.sampled_after:
            sample(update, 1.0)
        if update % settings.curve_every == 0:
            curve["bits_train"].append(float(np.mean(losses[-settings.curve_every :])))
        if update % settings.validated_every == 0:
            curve["bits"].append(bits(model, given.held, settings))
            print(f"  {update}: {curve['bits'][-1]:.4f} bits", flush=True)
    seconds = time.process_time() - start
    for temperature in settings.temperatures:
        sample(settings.updates, temperature)
    by_place = fresh(model, given.held, settings)
    read = [2**power for power in range(settings.fresh.bit_length())]
    curve["bits_fresh"] = [float(by_place[t // 2 : t].mean()) for t in read]
    metrics: dict[str, Number] = {
        "bits": curve["bits"][-1],
        "bits_train": curve["bits_train"][-1],
        "perplexity": 2 ** curve["bits"][-1],
        "parameters": sum(param.size for param in model.params.values()),
        "seconds": seconds,
        **{f"bits_fresh.{t}": value for t, value in zip(read, curve["bits_fresh"], strict=True)},
    }
    logits = [spoken(model, given.numbers(beginning)) for beginning in settings.beginnings]
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=seconds,
        arrays={"logits": np.stack(logits), "alphabet": np.array(given.alphabet)},
        table=table,
    )


def updates(
    model: LanguageModel, tokens: Tokens, rate: float, steps: int, settings: Settings
) -> Iterator[float]:
    """Trains with truncation, one update a window, and yields the loss before each."""
    schedule, optimizer = linear_decay(rate, steps), Adam(rate)
    done = count()
    while True:
        states = None  # at the beginning of the text, nothing has been read
        for x, target in text_windows(tokens, settings.parts, settings.window):
            step = next(done)
            if step == steps:
                return
            loss = model.learn(x, target, states)
            states = model.states  # the numbers go on, the gradient does not
            grads, _ = clip_by_global_norm(model.grads, settings.max_norm)
            optimizer.lr = schedule(step)
            optimizer.step(model.params, grads)
            yield loss


def bits(model: LanguageModel, tokens: Tokens, settings: Settings) -> float:
    """Bits a character of a text, read in parts, with the state carried."""
    states, losses = None, []
    for x, target in text_windows(tokens, settings.parts, settings.window):
        loss, _ = CROSS_ENTROPY.forward(model.forward(x, states), target)
        states = model.states
        losses.append(float(loss))
    return float(np.mean(losses)) / math.log(2)


def fresh(model: Model, tokens: Tokens, settings: Settings) -> NDArray[np.float64]:
    """Bits at each place after a state of zeros, (fresh,), the mean over all of a text."""
    length = settings.fresh
    N = (len(tokens) - 1) // length
    x, target = (tokens[k : N * length + k].reshape(N, length).T for k in (0, 1))
    surprises = []
    for start in range(0, N, 256):
        part = slice(start, start + 256)
        scores = model.forward(x[:, part], None).astype(np.float64)
        top = scores.max(axis=2, keepdims=True)
        log_sum = top[..., 0] + np.log(np.exp(scores - top).sum(axis=2))
        picked = np.take_along_axis(scores, target[:, part, np.newaxis], axis=2)[..., 0]
        surprises.append(log_sum - picked)
    nats: NDArray[np.float64] = np.concatenate(surprises, axis=1).mean(axis=1)
    return nats / math.log(2)


def write(
    model: Model, tokens: Tokens, temperature: float, length: int, rng: np.random.Generator
) -> list[int]:
    """Lets the model write on after some characters, each that it draws read next."""
    token, states, drawn = tokens[:, np.newaxis], None, []
    for _ in range(length):
        logits = model.forward(token, states)
        states = model.states
        token = sample_class(logits[-1], temperature, rng)[np.newaxis]
        drawn.append(int(token[0, 0]))
    return drawn


def spoken(model: Model, tokens: Tokens) -> Array:
    """The logits for the character that comes after some others, (V,)."""
    scores: Array = model.forward(tokens[:, np.newaxis], None)[-1, 0]
    return scores


def counted(known: Tokens, held: Tokens, V: int, settings: Settings) -> dict[str, Number]:
    """Bits of tables whose lean is chosen on the text that they are judged on."""
    found = tables(known, [held], V, settings)
    return {f"bits.counts.{order}": table.bits[0] for order, table in enumerate(found)}


class Table(NamedTuple):
    """What followed each run of so many characters.

    Attributes:
        bits: a character, on each of the texts that it is judged on.
        entries: how many counts it has, those of the shorter contexts not among them.
        strength: how much it leans on the shorter one.
    """

    bits: list[float]
    entries: int
    strength: float


def tables(known: Tokens, texts: Sequence[Tokens], V: int, settings: Settings) -> list[Table]:
    """Tables of order 0, 1 and so on: what followed each context, leaning on the shorter one.

    A table of order n gives the next character (c + m q) / (C + m): c times it followed the last n
    characters of C times that these were seen, and q is what the table of order n - 1 gives. m is
    the best of the settings' strengths on the first text; all texts are judged on.
    """
    found = []
    shorter = [np.full(len(text) - settings.orders, 1 / V) for text in texts]
    for order in range(settings.orders):
        seen = [np.unique(codes, return_counts=True) for codes in _contexts(known, order, V)]
        leaning = []
        for text, q in zip(texts, shorter, strict=True):
            sought = [codes[settings.orders - order :] for codes in _contexts(text, order, V)]
            c, C = (
                _frequencies(*counts, codes) for counts, codes in zip(seen, sought, strict=True)
            )
            leaning.append([(c + m * q) / (C + m) for m in settings.strengths])
        best = int(np.argmax([np.log(p).mean() for p in leaning[0]]))
        shorter = [given[best] for given in leaning]
        bits = [-float(np.log2(p).mean()) for p in shorter]
        found.append(Table(bits, len(seen[0][0]), settings.strengths[best]))
    return found


def _contexts(tokens: Tokens, order: int, V: int) -> tuple[Tokens, Tokens]:
    """Numbers of each run of `order` characters with the next, and of the run alone."""
    n = len(tokens) - order
    before = np.zeros(n, dtype=np.int64)
    for k in range(order):
        before = before * V + tokens[k : k + n]
    return before * V + tokens[order:], before


def _frequencies(codes: Tokens, counts: Tokens, sought: Tokens) -> Tokens:
    """How often each that is sought was seen, given all that were and how often."""
    places = np.searchsorted(codes, sought).clip(max=len(codes) - 1)
    return np.where(codes[places] == sought, counts[places], 0)


def memory(tokens: Tokens, V: int, settings: Settings) -> dict[str, Number]:
    """The most that is allocated at a time, in megabytes, with windows and without."""
    found: dict[str, Number] = {}
    for length in settings.lengths:
        for name, window in (("whole", length), ("windows", settings.window)):
            model = Model.drawn(V, settings, settings.search_seed)
            part = tokens[: settings.parts * length + 1]
            tracemalloc.start()
            states = None
            for x, target in text_windows(part, settings.parts, window):
                model.learn(x, target, states)
                states = model.states
            found[f"peak_mb.{name}.{length}"] = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
    return found
