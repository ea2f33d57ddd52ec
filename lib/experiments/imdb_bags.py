"""`imdb-bags`: is it the order of the words, or that more words are known?

The bag of words and pairs of `imdb` is right more often than its bag of words. But its vocabulary
reaches down to rarer words, too. So here stands a third bag between them, with the single words of
that vocabulary and no pairs: from `words` to it words are added, and from it to `pairs` the order
of neighbours. Split, training and the search for a penalty are those of `imdb`; with its penalty
each bag is trained from every seed, which decides the order of the batches.

The metrics, beside those that `imdb` has of a bag: differences of shares of right test answers,
`NAME_over_OTHER`, with an interval and a standard error that count how far neighbours go together
(`_error`), and the error as if each review were a case of its own (`_paired_error`); how often the
last word of a vocabulary occurs, `NAME_least`; and how many different tokens the training reviews
have, `distinct`, how many of them once, `once`, and what share of all that stands there is one of
the first 100, `first_hundred`.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import build_vocabulary, load_imdb, tokenize
from backprop.data.imdb import Reviews
from backprop.data.text import RESERVED
from experiments.comparison import paired_difference
from experiments.grid import best_of
from experiments.imdb import (
    Settings,
    and_pairs,
    as_bags,
    best_bag,
    compared,
    fit_bag,
    is_right,
    scores_of,
    split_by_film,
)
from experiments.record import Number, Result
from experiments.repeats import summary

SETTINGS = Settings()


def run(
    _checkpoints: Path, reviews: Reviews | None = None, settings: Settings = SETTINGS
) -> Result:
    """Trains the three bags, chooses their penalties on validation, tests each once."""
    start = time.perf_counter()
    reviews = reviews or load_imdb()
    documents = [tokenize(text) for text in reviews.texts]
    split = split_by_film(documents, reviews.labels, settings.held_out)
    with_pairs = [and_pairs(document) for document in documents]
    known = [with_pairs[index] for index in split.train]
    counts = Counter(chain.from_iterable(known))
    pairs = build_vocabulary(known, size=settings.pairs_size)
    single = [token for token in pairs if " " not in token]
    bags: dict[str, tuple[Sequence[Sequence[str]], dict[str, int]]] = {
        "words": (
            documents,
            build_vocabulary(
                (documents[index] for index in split.train), size=settings.vocabulary_size
            ),
        ),
        "more_words": (documents, {token: number for number, token in enumerate(single)}),
        "pairs": (with_pairs, pairs),
    }
    right: dict[str, NDArray[np.float64]] = {}
    found: list[dict[str, Number]] = [{} for _ in settings.seeds]
    of_words = Counter({token: count for token, count in counts.items() if " " not in token})
    metrics: dict[str, Number] = {
        "distinct": len(of_words),
        "once": sum(count == 1 for count in of_words.values()),
        "first_hundred": sum(count for _, count in of_words.most_common(100)) / of_words.total(),
    }
    tried: list[dict[str, Any]] = []
    for name, (texts, vocabulary) in bags.items():
        tokens = as_bags(texts, vocabulary, settings.bag_length)
        bag, penalties = best_bag(settings, len(vocabulary), tokens, reviews.labels, split)
        penalty, at_end = best_of(penalties)
        metrics |= scores_of(bag, name, tokens, reviews.labels, split) | {
            f"{name}_penalty": penalty,
            f"{name}_penalty_at_end": int(at_end),
            f"{name}_known": len(vocabulary) - len(RESERVED),
            f"{name}_least": min(counts[t] for t in vocabulary if t not in RESERVED),
        }
        tried += [{"bag": name, "penalty": p, "validation_loss": v} for p, v in penalties.items()]
        answers = []
        for seed, of_seed in zip(settings.seeds, found, strict=True):
            given = tokens, reviews.labels, split, seed
            bag = fit_bag(settings, penalty, len(vocabulary), *given)
            answers.append(is_right(bag, tokens, reviews, split.test))
            of_seed[f"{name}_test_accuracy"] = float(answers[-1].mean())
        right[name] = np.mean(answers, axis=0)
    of_seeds, by_seed = summary(found)
    metrics |= of_seeds
    for first, second in (("more_words", "words"), ("pairs", "more_words"), ("pairs", "words")):
        name = f"{first}_over_{second}"
        metrics |= compared(name, right[first], right[second])
        metrics[f"{name}_paired_error"] = paired_difference(right[first], right[second]).error
    return Result(
        metrics=metrics,
        curve={},
        seeds=settings.seeds,
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        by_seed=by_seed,
    )
