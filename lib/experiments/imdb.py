"""`imdb`: a bidirectional GRU over GloVe vectors tells good film reviews from bad ones.

Beside it, and for honesty, logistic regressions on which words occur, and on which words and pairs
of neighbours, of the whole review and of the part that the reader gets. They are trained to the
end, and their penalties are chosen by the loss on validation. So is the reader's rate, by a seed of
its own, and its epoch by the share of right answers. Each grid has steps of a factor of 2 and goes
on until both neighbours of the best are worse.

The file names no films, but reviews of one film stand together, first the bad ones, then the good.
So the last tenth of either list is tested on, the tenth before it is chosen by, and whatever of the
rest seems to be of a film of theirs is left out.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import (
    GRU,
    Adam,
    Dropout,
    Embedding,
    History,
    Layer,
    Linear,
    Sequential,
    build_vocabulary,
    cosine_decay,
    embedding_table,
    encode,
    evaluate,
    load_glove,
    load_imdb,
    pad,
    tokenize,
    train,
    xavier_uniform,
)
from backprop.activations import softmax_forward
from backprop.data.glove import WordVectors
from backprop.data.imdb import Reviews, read_reviews
from backprop.data.sources import sample_folder
from backprop.data.text import PADDING
from backprop.masking import Mask
from backprop.shapes import Array
from experiments.comparison import overlapping_difference
from experiments.grid import best_of, search
from experiments.record import Number, Result
from experiments.repeats import SEEDS, summary
from experiments.updates import updates_in

STRONGEST = 15
# Tokens in each column of the histogram of lengths, whose last column takes all that are longer.
LENGTH_STEP, LENGTH_COLUMNS = 50, 20
# Two reviews may be of one film if they share so many words that no more reviews than that have.
SHARED, RARE = 3, 50
# At most so many reviews of a film are in the data, so neighbours up to there are alike.
OF_ONE_FILM = 30


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters of all models."""

    held_out: float = 0.1
    vocabulary_size: int = 10_000
    review_length: int = 100
    units: int = 24
    dropout: float = 0.5
    epochs: int = 6
    batch_size: int = 128
    middle_rate: float = 4e-3
    search_seed: int = 100
    max_norm: float = 1.0
    pairs_size: int = 100_000
    bag_length: int = 1_000
    bag_epochs: int = 8
    bag_learning_rate: float = 4e-3
    bag_middle_penalty: float = 1e-3
    largest_grid: int = 6
    seeds: tuple[int, ...] = SEEDS


class Split(NamedTuple):
    """Numbers of reviews: to train on, to choose by, to test on once."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def split_by_film(
    documents: Sequence[Sequence[str]], labels: NDArray[np.int64], share: float
) -> Split:
    """Takes the end of the bad and of the good reviews, and leaves out what may be of their films.

    Args:
        documents: tokens of each review.
        labels: 1 where it is good, 0 where it is bad.
        share: of either kind, how much to test on, and as much to choose by.

    Returns:
        the parts; no review of one shares `SHARED` rare words with a review of a later one.
    """
    parts: list[list[NDArray[np.int64]]] = [[], [], []]
    for label in (0, 1):
        places = np.flatnonzero(labels == label)
        size = int(share * len(places))
        cuts = [len(places) - 2 * size, len(places) - size]
        for part, found in zip(parts, np.split(places, cuts), strict=True):
            part.append(found)
    first, validation, test = (np.concatenate(part) for part in parts)
    rare = rare_words(documents)
    validation = np.setdiff1d(validation, alike(rare, validation, test))
    return Split(
        np.setdiff1d(first, alike(rare, first, np.concatenate([validation, test]))),
        validation,
        test,
    )


def rare_words(documents: Sequence[Sequence[str]]) -> list[list[str]]:
    """Of each document, the words that at most `RARE` documents have: names, above all."""
    own = [sorted(set(document)) for document in documents]
    counts = Counter(word for words in own for word in words)
    return [[word for word in words if counts[word] <= RARE] for words in own]


def alike(
    rare: Sequence[Sequence[str]], these: Iterable[int], those: Iterable[int]
) -> NDArray[np.int64]:
    """Which of these reviews share `SHARED` rare words or more with one of those."""
    holders = defaultdict(list)
    for index in these:
        for word in rare[index]:
            holders[word].append(index)
    found: set[int] = set()
    for index in those:
        shared = Counter(holder for word in rare[index] for holder in holders.get(word, ()))
        found.update(holder for holder, count in shared.items() if count >= SHARED)
    return np.array(sorted(found), dtype=np.int64)


def in_random_order(split: Split, rng: np.random.Generator) -> Split:
    """Parts of the same sizes, from the same reviews, whatever film they are of."""
    order = rng.permutation(np.concatenate(split))
    return Split(*np.split(order, np.cumsum([len(part) for part in split[:-1]])))


class LargestOverTime:
    """The largest that each unit ever says in a sequence, at real steps alone.

    Whatever step it comes from takes the whole gradient.
    """

    def __init__(self) -> None:
        self._cache: tuple[NDArray[np.intp], tuple[int, ...]] | None = None

    def forward(self, h: Array, mask: NDArray[np.bool_]) -> Array:
        """Maps states, (T, N, H), to the largest over time, (N, H)."""
        steps = np.where(mask[:, :, np.newaxis], h, -np.inf).argmax(axis=0)[np.newaxis]
        self._cache = steps, h.shape
        y: Array = np.take_along_axis(h, steps, axis=0)[0]
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, H), to dh, (T, N, H)."""
        if self._cache is None:
            raise RuntimeError("LargestOverTime.backward: nothing went forward yet")
        steps, shape = self._cache
        dh = np.zeros(shape, dtype=dy.dtype)
        np.put_along_axis(dh, steps, dy[np.newaxis], axis=0)
        return dh


class ReviewReader(Layer):
    """Vectors of words, a GRU that reads both ways, its largest states, and a decision."""

    def __init__(self, settings: Settings, table: Array, rng: np.random.Generator) -> None:
        super().__init__()
        self._embedding = Embedding(table, padding=PADDING)
        self._first_dropout = Dropout(settings.dropout, rng=rng)
        self._gru = GRU(
            table.shape[1],
            settings.units,
            bidirectional=True,
            rng=rng,
            dtype=np.float32,
        )
        self._pooling = LargestOverTime()
        self._decision = Sequential(
            {
                "dropout": Dropout(settings.dropout, rng=rng),
                "out": Linear(
                    2 * settings.units, 2, rng=rng, init=xavier_uniform, dtype=np.float32
                ),
            }
        )
        self._named: dict[str, Layer] = {
            "embedding": self._embedding,
            "gru": self._gru,
            "decision": self._decision,
        }

    @property
    def params(self) -> dict[str, Array]:
        """The parameters by name."""
        return {
            f"{outer}.{name}": param
            for outer, layer in self._named.items()
            for name, param in layer.params.items()
        }

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients by the same names."""
        return {
            f"{outer}.{name}": grad
            for outer, layer in self._named.items()
            for name, grad in layer.grads.items()
        }

    def forward(self, x: Any, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps tokens, (N, T), to logits of bad and good, (N, 2)."""
        # No step is taken that is padding for the whole batch; one stays if there is no other.
        T = max(1, int((x != PADDING).sum(axis=1).max()))
        tokens = x[:, :T].T
        mask = tokens != PADDING
        vectors = self._embedding.forward(tokens, training=training)
        vectors = self._first_dropout.forward(vectors, training=training)
        h = self._gru.forward(vectors, training=training, mask=mask)
        return self._decision.forward(self._pooling.forward(h, mask), training=training)

    def backward(self, dy: Array) -> Array:
        """Sends dy, (N, 2), back through all of it."""
        dh = self._pooling.backward(self._decision.backward(dy))
        dvectors = self._first_dropout.backward(self._gru.backward(dh))
        return self._embedding.backward(dvectors).T


class SumOverTokens(Layer):
    """Adds up the vectors of all tokens of a review."""

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps vectors, (N, T, D), to their sums, (N, D)."""
        self._cache = x.shape[1]
        y: Array = x.sum(axis=1)
        return y

    def backward(self, dy: Array) -> Array:
        """Gives each token what arrives at the sum."""
        return np.repeat(dy[:, np.newaxis], self._remembered(), axis=1)


class Texts(NamedTuple):
    """The reviews as arrays: what the reader gets, and what each bag does."""

    reader: NDArray[np.int64]
    bags: dict[str, NDArray[np.int64]]
    sizes: dict[str, int]
    words: dict[str, int]


def as_arrays(documents: Sequence[Sequence[str]], split: Split, settings: Settings) -> Texts:
    """Numbers the tokens of the reviews, and the pairs of neighbours, as training has them."""

    def numbered(of: list[Sequence[str]], size: int) -> dict[str, int]:
        return build_vocabulary((of[index] for index in split.train), size=size)

    words = numbered([*documents], settings.vocabulary_size)
    with_pairs = [and_pairs(document) for document in documents]
    pairs = numbered([*with_pairs], settings.pairs_size)
    shortened = [document[-settings.review_length :] for document in documents]
    kinds: dict[str, tuple[Iterable[Sequence[str]], dict[str, int]]] = {
        "words": (documents, words),
        "pairs": (with_pairs, pairs),
        "words_end": (shortened, words),
        "pairs_end": (map(and_pairs, shortened), pairs),
    }
    return Texts(
        pad([encode(document, words) for document in documents], settings.review_length),
        {name: as_bags(*kind, settings.bag_length) for name, kind in kinds.items()},
        {name: len(vocabulary) for name, (_, vocabulary) in kinds.items()},
        words,
    )


def and_pairs(document: Sequence[str]) -> list[str]:
    """The words of a document, and each two that stand side by side."""
    return [*document, *map(" ".join, pairwise(document))]


def as_bags(
    documents: Iterable[Sequence[str]], vocabulary: dict[str, int], length: int
) -> NDArray[np.int64]:
    """The numbers that occur in each document, each of them once, in order."""
    return pad([np.unique(encode(document, vocabulary)) for document in documents], length)


def run(
    checkpoints: Path,
    reviews: Reviews | None = None,
    glove: WordVectors | None = None,
    settings: Settings = Settings(),
) -> Result:
    """Trains all models, chooses on validation, tests each once."""
    start = time.perf_counter()
    reviews = reviews or load_imdb()
    labels, vectors = reviews.labels, glove or load_glove()
    documents = [tokenize(text) for text in reviews.texts]
    split = split_by_film(documents, labels, settings.held_out)
    texts = as_arrays(documents, split, settings)
    made_up = read_reviews(sample_folder() / "reviews.csv", "made up")
    own = [tokenize(text) for text in made_up.texts]

    right: dict[str, NDArray[Any]] = {}
    metrics: dict[str, Number] = {}
    tried = []
    bags: dict[str, Sequential] = {}
    for name, tokens in texts.bags.items():
        begin = time.process_time()
        bag, penalties = best_bag(settings, texts.sizes[name], tokens, labels, split)
        bags[name], (penalty, at_end) = bag, best_of(penalties)
        right[name] = is_right(bag, tokens, reviews, split.test)
        metrics |= scores_of(bag, name, tokens, labels, split) | {
            f"{name}_test_accuracy": float(right[name].mean()),
            f"{name}_penalty": penalty,
            f"{name}_penalty_at_end": int(at_end),
            f"{name}_parameters": 2 * texts.sizes[name],
            f"{name}_seconds": time.process_time() - begin,
        }
        tried += [{"bag": name, "penalty": p, "validation_loss": v} for p, v in penalties.items()]
    mixed = in_random_order(split, np.random.default_rng(0))
    penalty, words = float(metrics["words_penalty"]), texts.bags["words"]
    bag = fit_bag(settings, penalty, texts.sizes["words"], words, labels, mixed)
    metrics |= scores_of(bag, "mixed", words, labels, mixed)

    def learned(seed: int, rate: float) -> tuple[ReviewReader, History]:
        """A reader and how it learned, from a seed at a rate."""
        rng = np.random.default_rng(seed)
        table = embedding_table(texts.words, vectors.words, vectors.vectors, rng)
        reader = ReviewReader(settings, table, rng)
        checkpoint = checkpoints / f"gru-{seed}-{rate:g}.npz"
        given = texts.reader, labels, split
        return reader, fit_reader(reader, settings, rate, *given, rng, checkpoint)

    def score(rate: float) -> float:
        """The validation loss of the reader of the search at a rate."""
        return float(chosen(learned(settings.search_seed, rate)[1])["validation_loss"])

    rates = search(score, settings.middle_rate, settings.largest_grid)
    rate, at_end = best_of(rates)
    metrics |= {"rate": rate, "rate_at_end": int(at_end)}
    tried += [{"rate": r, "validation_loss": rates[r]} for r in sorted(rates)]

    found, curves, chances, answers = [], [], [], []
    numbers = pad([encode(document, texts.words) for document in own], settings.review_length)
    for seed in settings.seeds:
        begin = time.process_time()
        reader, history = learned(seed, rate)
        answers.append(is_right(reader, texts.reader, reviews, split.test))
        chances.append(chances_of_good(reader, numbers))
        curves.append(_curves(history))
        found.append(
            chosen(history)
            | {
                "parameters": sum(param.size for param in reader.params.values()),
                "test_accuracy": float(answers[-1].mean()),
                "training_seconds": time.process_time() - begin,
            }
        )
    of_reader, by_seed = summary(found)
    metrics |= of_reader
    right["reader"] = np.mean(answers, axis=0)
    for name in ("words", "words_end", "pairs_end"):
        metrics |= compared(f"reader_over_{name}", right["reader"], right[name])
    metrics |= compared("pairs_over_words", right["pairs"], right["words"])

    known = set(vectors.words)
    lengths = np.array([len(document) for document in documents])
    metrics |= {
        "train_size": len(split.train),
        "validation_size": len(split.validation),
        "test_size": len(split.test),
        "left_out": len(documents) - sum(map(len, split)),
        "vocabulary": len(texts.words),
        "words_with_vectors": sum(token in known for token in texts.words),
        "mean_length": float(lengths.mean()),
        "reviews_shortened": float((lengths > settings.review_length).mean()),
    }
    of_words = as_bags(own, texts.words, settings.review_length)
    return Result(
        metrics=metrics,
        curve={
            **curves[0],
            **{
                f"{name}_mean": np.mean([c[name] for c in curves], axis=0).tolist()
                for name in curves[0]
            },
            "length_count": length_counts(lengths),
        },
        seeds=settings.seeds,
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=strongest_words(bags["words"].params["weights.W"], list(texts.words)),
        tried=tried,
        by_seed=by_seed,
        table=[
            {"text": text, "good": bool(label), "gru": gru, "bag": of_bag}
            for text, label, gru, of_bag in zip(
                *made_up,
                np.mean(chances, axis=0).round(4).tolist(),
                chances_of_good(bags["words"], of_words),
                strict=True,
            )
        ],
    )


def is_right(
    network: Layer, tokens: Any, reviews: Reviews, part: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which reviews of a part a network judges rightly."""
    batches = np.array_split(part, -(-len(part) // 500))
    said = np.concatenate([network(tokens[batch]).argmax(axis=1) for batch in batches])
    right: NDArray[np.bool_] = said == reviews.labels[part]
    return right


def compared(
    name: str, first: NDArray[np.floating], second: NDArray[np.floating]
) -> dict[str, Number]:
    """The difference of two shares of right answers, in pairs; neighbours may be of one film."""
    found = overlapping_difference(first, second, min(OF_ONE_FILM, len(first) - 1))
    return {**found.metrics(name), f"{name}_error": found.error}


def fit_reader(
    reader: ReviewReader,
    settings: Settings,
    rate: float,
    tokens: NDArray[np.int64],
    labels: NDArray[np.int64],
    split: Split,
    rng: np.random.Generator,
    checkpoint: Path,
) -> History:
    """Trains the GRU, and gives it the weights of the epoch that validated best."""
    steps = updates_in(settings.epochs, len(split.train), settings.batch_size)
    return train(
        reader,
        Adam(rate),
        tokens[split.train],
        labels[split.train],
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        validation=(tokens[split.validation], labels[split.validation]),
        schedule=cosine_decay(rate, steps),
        max_norm=settings.max_norm,
        checkpoint=checkpoint,
    )


def best_bag(
    settings: Settings,
    V: int,
    tokens: NDArray[np.int64],
    labels: NDArray[np.int64],
    split: Split,
) -> tuple[Sequential, dict[float, float]]:
    """Seeks a penalty; returns the logistic regression of least validation loss, and all losses."""
    found: dict[float, Sequential] = {}

    def score(penalty: float) -> float:
        """The validation loss with a penalty."""
        found[penalty] = fit_bag(settings, penalty, V, tokens, labels, split)
        return evaluate(found[penalty], tokens[split.validation], labels[split.validation]).loss

    losses = search(score, settings.bag_middle_penalty, settings.largest_grid)
    return found[best_of(losses)[0]], losses


def fit_bag(
    settings: Settings,
    penalty: float,
    V: int,
    tokens: NDArray[np.int64],
    labels: NDArray[np.int64],
    split: Split,
    seed: int = 0,
) -> Sequential:
    """Trains a logistic regression: a pair of scores for each word, from 0, and their sums."""
    weights = Embedding(np.zeros((V, 2), dtype=np.float32), padding=PADDING)
    network = Sequential({"weights": weights, "sum": SumOverTokens()})
    steps = updates_in(settings.bag_epochs, len(split.train), settings.batch_size)
    train(
        network,
        Adam(settings.bag_learning_rate, weight_decay=penalty),
        tokens[split.train],
        labels[split.train],
        epochs=settings.bag_epochs,
        batch_size=settings.batch_size,
        rng=np.random.default_rng(seed),
        schedule=cosine_decay(settings.bag_learning_rate, steps),
    )
    return network


def scores_of(
    network: Sequential,
    name: str,
    tokens: NDArray[np.int64],
    labels: NDArray[np.int64],
    split: Split,
) -> dict[str, Number]:
    """What a bag says of the reviews to choose by."""
    held = evaluate(network, tokens[split.validation], labels[split.validation])
    return {
        f"{name}_validation_accuracy": float(held.accuracy or 0.0),
        f"{name}_validation_loss": held.loss,
    }


def chances_of_good(network: Layer, tokens: Any) -> list[float]:
    """Returns the probability that a network gives each review, (N, T), of being a good one."""
    chances, _ = softmax_forward(network(tokens))
    return [round(float(chance), 4) for chance in chances[:, 1]]


def length_counts(lengths: NDArray[np.int64]) -> list[Number]:
    """Counts the reviews whose number of tokens falls into each column of the histogram."""
    columns = np.minimum(lengths // LENGTH_STEP, LENGTH_COLUMNS - 1)
    return [int(count) for count in np.bincount(columns, minlength=LENGTH_COLUMNS)]


def strongest_words(W: Array, words: list[str]) -> dict[str, NDArray[np.generic]]:
    """Returns the words that speak most for a good review, and for a bad one, with weights."""
    weights = W[:, 1] - W[:, 0]
    order = np.argsort(weights, kind="stable")
    chosen = {"good": order[::-1][:STRONGEST], "bad": order[:STRONGEST]}
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, rows in chosen.items():
        arrays[f"{name}_words"] = np.array([words[row] for row in rows])
        arrays[f"{name}_weights"] = weights[rows]
    return arrays


def chosen(history: History) -> dict[str, Number]:
    """What the epoch that validated best says."""
    best = history.best_epoch or len(history.train_loss)
    return {
        "best_epoch": best,
        "train_accuracy": history.train_accuracy[best - 1],
        "validation_accuracy": history.validation_accuracy[best - 1],
        "validation_loss": history.validation_loss[best - 1],
    }


def _curves(history: History) -> dict[str, list[Number]]:
    return {
        "epoch": list(range(1, len(history.train_loss) + 1)),
        "train_loss": [*history.train_loss],
        "train_accuracy": [*history.train_accuracy],
        "validation_loss": [*history.validation_loss],
        "validation_accuracy": [*history.validation_accuracy],
    }
