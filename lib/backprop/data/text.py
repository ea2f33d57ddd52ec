"""From text to arrays: tokens, their vocabulary, their numbers, and padding to one length."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from backprop.shapes import Array, shapes

PADDING, UNKNOWN = 0, 1
# The first two entries of every vocabulary, spelt as no token of a text can be.
RESERVED = ("<padding>", "<unknown>")

_TOKEN = re.compile(
    r"""
    [a-z]+(?=n't)  # do of don't, ca of can't
    | n't\b
    | '(?:s|re|ve|ll|d|m)\b
    | [a-z0-9]+(?:-[a-z0-9]+)*  # words, numbers, well-known
    | [^\sa-z0-9]  # any other character is a token of its own
    """,
    re.VERBOSE,
)


def tokenize(text: str) -> list[str]:
    """Splits a text into lower-case words and signs.

    Contractions come apart as in the vocabulary of GloVe: don't is do and n't, it's is it and 's.
    Line breaks that a web page has left as `<br />` are spaces.

    Args:
        text: any text.

    Returns:
        The tokens, in order; none for a text of spaces.

    Examples:
        >>> tokenize("It's well-made.<br />Don't miss it!")
        ['it', "'s", 'well-made', '.', 'do', "n't", 'miss', 'it', '!']
    """
    return _TOKEN.findall(text.replace("<br />", " ").lower())


@shapes(size="count", least="count")
def build_vocabulary(
    documents: Iterable[Sequence[str]], *, size: int | None = None, least: int = 1
) -> dict[str, int]:
    """Numbers the tokens of some documents, the most frequent first.

    Args:
        documents: tokens of each document: those to train on, and no others.
        size: how many tokens to number at most, the two reserved ones not counted; None for all.
        least: how often a token must occur to be numbered.

    Returns:
        From tokens to numbers. 0 and 1 are reserved for padding and for tokens without a number;
        equally frequent tokens stand in alphabetical order.

    Raises:
        TypeError: size or least is no integer.
        ValueError: size or least is below 1.

    Examples:
        >>> build_vocabulary([["b", "a", "c"], ["c", "a"]], size=2)
        {'<padding>': 0, '<unknown>': 1, 'a': 2, 'c': 3}
    """
    counts = Counter(token for document in documents for token in document)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    kept = [token for token, count in ranked if count >= least][:size]
    return {token: number for number, token in enumerate([*RESERVED, *kept])}


def encode(document: Sequence[str], vocabulary: Mapping[str, int]) -> NDArray[np.int64]:
    """Turns the tokens of a document into numbers, 1 for those that have none.

    Args:
        document: tokens.
        vocabulary: from tokens to numbers, as from `build_vocabulary`.

    Returns:
        The numbers, shape (T,).

    Examples:
        >>> encode(["a", "z"], {"<padding>": 0, "<unknown>": 1, "a": 2}).tolist()
        [2, 1]
    """
    return np.array([vocabulary.get(token, UNKNOWN) for token in document], dtype=np.int64)


@shapes(length="count")
def pad(sequences: Sequence[NDArray[np.int64]], length: int) -> NDArray[np.int64]:
    """Brings sequences of numbers to one length, with padding after those that are shorter.

    Of longer ones the last part is kept: what a review concludes counts for more than how it opens.

    Args:
        sequences: numbers of each document, shape (T,) each, T differing.
        length: the length wanted.

    Returns:
        The numbers, shape (N, length), 0 where there is padding.

    Raises:
        TypeError: length is no integer.
        ValueError: length is below 1, or there are no sequences.

    Examples:
        >>> pad([np.array([5]), np.array([6, 7, 8, 9])], 3)
        array([[5, 0, 0],
               [7, 8, 9]])
    """
    if not sequences:
        raise ValueError("sequences is empty, wanted at least one")
    padded = np.full((len(sequences), length), PADDING)
    for n, sequence in enumerate(sequences):
        kept = sequence[-length:]
        padded[n, : len(kept)] = kept
    return padded


@shapes(tokens="int N T", V="count", dtype="dtype")
def bag_of_words(tokens: NDArray[np.integer[Any]], V: int, dtype: DTypeLike = np.float64) -> Array:
    """Marks which tokens occur in each document, however often and wherever.

    Args:
        tokens: numbers, padded, shape (N, T).
        V: size of the vocabulary, the two reserved tokens included.
        dtype: of the result.

    Returns:
        1 where a token occurs in a document and 0 elsewhere, shape (N, V); padding counts as none.

    Raises:
        TypeError: tokens is no array of integers, V no integer, or dtype none of floats.
        ValueError: tokens has not two axes or a number out of range, or V is below 1.

    Examples:
        >>> bag_of_words(np.array([[3, 3, 2], [1, 0, 0]]), 4)
        array([[0., 0., 1., 1.],
               [0., 1., 0., 0.]])
    """
    outside = tokens[(tokens < 0) | (tokens >= V)]
    if outside.size:
        raise ValueError(f"tokens holds {outside[0]}, wanted 0 to {V - 1}")
    bags = np.zeros((len(tokens), V), dtype=dtype)
    np.put_along_axis(bags, tokens, 1, axis=1)
    bags[:, PADDING] = 0
    return bags


@shapes(vectors="V D", rng="rng")
def embedding_table(
    vocabulary: Mapping[str, int],
    words: Sequence[str],
    vectors: Array,
    rng: np.random.Generator,
) -> Array:
    """Makes a table for an embedding from vectors that are known for many words.

    Args:
        vocabulary: from tokens to numbers, as from `build_vocabulary`.
        words: the words whose vectors are known.
        vectors: their vectors, shape (number of words, D).
        rng: draws the rows of tokens without a known vector, as widely spread as the known ones.

    Returns:
        The table, shape (V, D); the row of padding is 0.

    Raises:
        TypeError: vectors is no float array, or rng no generator.
        ValueError: there is not a vector for each word.

    Examples:
        >>> vocabulary = {"<padding>": 0, "<unknown>": 1, "good": 2}
        >>> vectors = np.array([[1.0, 2.0], [3.0, 4.0]])
        >>> table = embedding_table(vocabulary, ["bad", "good"], vectors, np.random.default_rng(0))
        >>> table[[0, 2]]
        array([[0., 0.],
               [3., 4.]])
    """
    if len(words) != len(vectors):
        raise ValueError(f"there are {len(words)} words and {len(vectors)} vectors")
    shape = (len(vocabulary), vectors.shape[1])
    table: Array = (vectors.std() * rng.standard_normal(shape)).astype(vectors.dtype)
    rows = {word: row for row, word in enumerate(words)}
    for token, number in vocabulary.items():
        if token in rows:
            table[number] = vectors[rows[token]]
    table[PADDING] = 0
    return table
