"""`imdb`: a bidirectional GRU over GloVe vectors tells good film reviews from bad ones.

Beside it, and for honesty, a logistic regression on which words occur, from our own linear layer.
The reviews are split into 20,000 to train on, 2,500 to choose by and 2,500 to test on, once.
"""

import time
from dataclasses import asdict, dataclass
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
    Score,
    Sequential,
    bag_of_words,
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
    zeros,
)
from backprop.activations import softmax_forward
from backprop.data.glove import WordVectors
from backprop.data.imdb import Reviews, read_reviews
from backprop.data.sources import sample_folder
from backprop.data.text import PADDING
from backprop.masking import Mask
from backprop.shapes import Array
from experiments.record import Number, Result

STRONGEST = 15
# Tokens in each column of the histogram of lengths, whose last column takes all that are longer.
LENGTH_STEP, LENGTH_COLUMNS = 50, 20


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters of both models."""

    validation_size: int = 2_500
    test_size: int = 2_500
    vocabulary_size: int = 20_000
    review_length: int = 400
    units: int = 64
    layers: int = 1
    dropout: float = 0.5
    train_vectors: bool = True
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 2e-3
    max_norm: float = 1.0
    bag_length: int = 1_000
    bag_epochs: int = 10
    bag_learning_rate: float = 1e-3
    bag_weight_decay: float = 1e-5
    seed: int = 0


class Split(NamedTuple):
    """Numbers of reviews: to train on, to choose by, to test on once."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def split_reviews(reviews: Reviews, settings: Settings) -> Split:
    """Draws validation and test reviews, with a seed of their own.

    A review that is there more than once goes to the training set with all its copies, so that none
    is tested that was learned by heart.
    """
    _, which, copies = np.unique(reviews.texts, return_inverse=True, return_counts=True)
    single = np.flatnonzero(copies[which] == 1)
    order = np.random.default_rng(2_500).permutation(single)
    test = np.sort(order[: settings.test_size])
    validation = np.sort(order[settings.test_size :][: settings.validation_size])
    chosen = np.concatenate([test, validation])
    return Split(np.setdiff1d(np.arange(len(which)), chosen), validation, test)


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
        self._embedding = Embedding(table, trained=settings.train_vectors, padding=PADDING)
        self._first_dropout = Dropout(settings.dropout, rng=rng)
        self._gru = GRU(
            table.shape[1],
            settings.units,
            layers=settings.layers,
            bidirectional=True,
            dropout=settings.dropout,
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


class BagOfWords(Layer):
    """Which words occur, as a layer without parameters."""

    def __init__(self, V: int) -> None:
        super().__init__()
        self._V = V

    def forward(self, x: Any, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps tokens, (N, T), to ones and zeros, (N, V)."""
        return bag_of_words(x, self._V, np.float32)

    def backward(self, dy: Array) -> Array:
        """Returns dy: tokens have no gradient, so nothing is to be made of it."""
        return dy


def run(
    checkpoints: Path,
    reviews: Reviews | None = None,
    glove: WordVectors | None = None,
    settings: Settings = Settings(),
) -> Result:
    """Trains both models, chooses the epoch of each on validation, tests each once."""
    start = time.perf_counter()
    reviews, glove = reviews or load_imdb(), glove or load_glove()
    split = split_reviews(reviews, settings)
    documents = [tokenize(text) for text in reviews.texts]
    vocabulary = build_vocabulary(
        (documents[index] for index in split.train), size=settings.vocabulary_size
    )
    numbers = [encode(document, vocabulary) for document in documents]
    rng = np.random.default_rng(settings.seed)
    table = embedding_table(vocabulary, glove.words, glove.vectors, rng)

    begin = time.perf_counter()
    tokens: Any = pad(numbers, settings.review_length)
    reader = ReviewReader(settings, table, rng)
    history = fit_reader(reader, settings, tokens, reviews.labels, split, rng, checkpoints)
    reader_seconds = time.perf_counter() - begin
    score = evaluate(reader, tokens[split.test], reviews.labels[split.test], batch_size=500)

    begin = time.perf_counter()
    tokens = pad(numbers, settings.bag_length)
    bag, bag_history = fit_bag(
        settings, len(vocabulary), tokens, reviews.labels, split, checkpoints
    )
    bag_seconds = time.perf_counter() - begin
    bag_score = evaluate(bag, tokens[split.test], reviews.labels[split.test], batch_size=500)

    made_up = read_reviews(sample_folder() / "reviews.csv", "made up")
    made_up_tokens = pad([encode(tokenize(text), vocabulary) for text in made_up.texts], 50)
    known = set(glove.words)
    lengths = np.array([len(document) for document in documents])
    metrics: dict[str, Number] = {
        "train_size": len(split.train),
        "validation_size": len(split.validation),
        "test_size": len(split.test),
        "vocabulary": len(vocabulary),
        "words_with_vectors": sum(token in known for token in vocabulary),
        "mean_length": float(lengths.mean()),
        "reviews_shortened": float((lengths > settings.review_length).mean()),
        **_metrics("", reader, history, score, reader_seconds),
        **_metrics("bag_", bag, bag_history, bag_score, bag_seconds),
    }
    return Result(
        metrics=metrics,
        curve={
            **_curves("", history),
            **_curves("bag_", bag_history),
            "length_count": length_counts(lengths),
        },
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=strongest_words(bag.params["out.W"], list(vocabulary)),
        table=[
            {"text": text, "good": bool(label), "gru": gru, "bag": of_bag}
            for text, label, gru, of_bag in zip(
                *made_up,
                chances_of_good(reader, made_up_tokens),
                chances_of_good(bag, made_up_tokens),
                strict=True,
            )
        ],
    )


def fit_reader(
    reader: ReviewReader,
    settings: Settings,
    tokens: Any,
    labels: NDArray[np.int64],
    split: Split,
    rng: np.random.Generator,
    checkpoints: Path,
) -> History:
    """Trains the GRU, and gives it the weights of the epoch that validated best."""
    steps = settings.epochs * -(-len(split.train) // settings.batch_size)
    return train(
        reader,
        Adam(settings.learning_rate),
        tokens[split.train],
        labels[split.train],
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        validation=(tokens[split.validation], labels[split.validation]),
        schedule=cosine_decay(settings.learning_rate, steps),
        max_norm=settings.max_norm,
        checkpoint=checkpoints / "gru.npz",
    )


def fit_bag(
    settings: Settings,
    V: int,
    tokens: Any,
    labels: NDArray[np.int64],
    split: Split,
    checkpoints: Path,
) -> tuple[Sequential, History]:
    """Trains the logistic regression: softmax of two linear scores, which is the same."""
    rng = np.random.default_rng(settings.seed)

    def start_at_zero(shape: tuple[int, ...], _rng: Any, dtype: Any) -> Array:
        return zeros(shape, dtype)

    out = Linear(V, 2, rng=rng, init=start_at_zero, dtype=np.float32)
    network = Sequential({"bag": BagOfWords(V), "out": out})
    history = train(
        network,
        Adam(settings.bag_learning_rate, weight_decay=settings.bag_weight_decay),
        tokens[split.train],
        labels[split.train],
        epochs=settings.bag_epochs,
        batch_size=settings.batch_size,
        rng=rng,
        validation=(tokens[split.validation], labels[split.validation]),
        checkpoint=checkpoints / "bag.npz",
    )
    return network, history


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


def _metrics(
    prefix: str, network: Layer, history: History, score: Score, seconds: float
) -> dict[str, Number]:
    best = history.best_epoch or len(history.train_loss)
    return {
        f"{prefix}parameters": sum(param.size for param in network.params.values()),
        f"{prefix}best_epoch": best,
        f"{prefix}train_accuracy": history.train_accuracy[best - 1],
        f"{prefix}validation_accuracy": history.validation_accuracy[best - 1],
        f"{prefix}validation_loss": history.validation_loss[best - 1],
        f"{prefix}test_accuracy": float(score.accuracy or 0.0),
        f"{prefix}test_loss": score.loss,
        f"{prefix}training_seconds": seconds,
    }


def _curves(prefix: str, history: History) -> dict[str, list[Number]]:
    return {
        f"{prefix}epoch": list(range(1, len(history.train_loss) + 1)),
        f"{prefix}train_loss": [*history.train_loss],
        f"{prefix}train_accuracy": [*history.train_accuracy],
        f"{prefix}validation_loss": [*history.validation_loss],
        f"{prefix}validation_accuracy": [*history.validation_accuracy],
    }
