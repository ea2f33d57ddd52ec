"""From text to arrays."""

import numpy as np
import pytest

from backprop.data.text import (
    bag_of_words,
    build_vocabulary,
    embedding_table,
    encode,
    pad,
    tokenize,
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("  \n\t ", []),
        ("A Film", ["a", "film"]),
        ("I can't, won't, don't!", ["i", "ca", "n't", ",", "wo", "n't", ",", "do", "n't", "!"]),
        (
            "It's he'd we're I've they'll I'm",
            ["it", "'s", "he", "'d", "we", "'re", "i", "'ve", "they", "'ll", "i", "'m"],
        ),
        ("the actors' 'best'", ["the", "actors", "'", "'", "best", "'"]),
        ("o'clock 'some", ["o", "'", "clock", "'", "some"]),
        ("well-made sci-fi - no-", ["well-made", "sci-fi", "-", "no", "-"]),
        ("10/10 in 1968...", ["10", "/", "10", "in", "1968", ".", ".", "."]),
        ("end.<br /><br />Next", ["end", ".", "next"]),
        ("café n't", ["caf", "é", "n't"]),
    ],
)
def test_tokens(text, tokens):
    assert tokenize(text) == tokens


def test_vocabulary_by_frequency_then_alphabet():
    documents = [["b", "a", "b"], ["c", "a", "d"], ["b"]]
    assert build_vocabulary(documents) == {
        "<padding>": 0,
        "<unknown>": 1,
        "b": 2,
        "a": 3,
        "c": 4,
        "d": 5,
    }
    assert list(build_vocabulary(documents, size=3))[2:] == ["b", "a", "c"]
    assert list(build_vocabulary(documents, least=2))[2:] == ["b", "a"]
    assert list(build_vocabulary(documents, size=1, least=2))[2:] == ["b"]
    assert list(build_vocabulary([["z", "y", "x", "z"]]))[2:] == ["z", "x", "y"]
    assert list(build_vocabulary([])) == ["<padding>", "<unknown>"]


def test_vocabulary_refuses_settings_that_make_no_sense(refused):
    f = build_vocabulary
    refused(ValueError, "build_vocabulary: size is 0, wanted at least 1", f, [], size=0)
    message = "build_vocabulary: least has type float, wanted an integer"
    refused(TypeError, message, f, [], least=1.5)


def test_encoding():
    vocabulary = {"<padding>": 0, "<unknown>": 1, "a": 2, "b": 3}
    numbers = encode(["b", "z", "a", "b"], vocabulary)
    np.testing.assert_array_equal(numbers, [3, 1, 2, 3])
    assert numbers.dtype == np.int64
    assert encode([], vocabulary).shape == (0,)
    assert encode([], vocabulary).dtype == np.int64


def test_padding_keeps_the_last_part():
    sequences = [np.array([5, 6]), np.array([], int), np.array([1, 2, 3, 4]), np.array([7, 8, 9])]
    padded = pad(sequences, 3)
    np.testing.assert_array_equal(padded, [[5, 6, 0], [0, 0, 0], [2, 3, 4], [7, 8, 9]])
    assert padded.dtype == np.int64


def test_padding_refuses(refused):
    refused(ValueError, "pad: length is 0, wanted at least 1", pad, [np.array([1])], 0)
    refused(ValueError, "pad: sequences is empty, wanted at least one", pad, [], 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bag_of_words(dtype):
    tokens = np.array([[4, 2, 4, 0], [0, 0, 0, 0], [1, 3, 2, 1]])
    bags = bag_of_words(tokens, 5, dtype)
    np.testing.assert_array_equal(bags, [[0, 0, 1, 0, 1], [0, 0, 0, 0, 0], [0, 1, 1, 1, 0]])
    assert bags.dtype == dtype
    assert bag_of_words(tokens, 5).dtype == np.float64


def test_bag_of_words_refuses(refused):
    tokens = np.array([[1, 2]])
    for arguments, error, message in [
        ((tokens, 2), ValueError, "tokens holds 2, wanted 0 to 1"),
        ((tokens[0], 3), ValueError, "tokens has shape (2,), wanted (N, T)"),
        ((tokens.astype(float), 3), TypeError, "tokens is float64, wanted integers"),
        ((tokens.tolist(), 3), TypeError, "tokens has type list, wanted an array"),
        ((tokens[:, :0], 3), ValueError, "tokens is empty, its shape is (1, 0)"),
        ((tokens, 0), ValueError, "V is 0, wanted at least 1"),
        ((tokens, 3, int), TypeError, "dtype is int64, wanted floats"),
    ]:
        refused(error, f"bag_of_words: {message}", bag_of_words, *arguments)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_embedding_table(rng, dtype):
    vocabulary = {"<padding>": 0, "<unknown>": 1, "b": 2, "q": 3, "a": 4}
    words = ["a", "b", "<padding>"]
    vectors = np.array([[1, 2], [3, 4], [5, 6]], dtype)
    table = embedding_table(vocabulary, words, vectors, rng)
    np.testing.assert_array_equal(table[[0, 2, 4]], [[0, 0], [3, 4], [1, 2]])
    assert (table[[1, 3]] != 0).all()
    assert table.shape == (5, 2)
    assert table.dtype == dtype


def test_unknown_rows_are_as_widely_spread_as_known_ones(rng):
    vocabulary = {f"new{k}": k for k in range(2000)}
    table = embedding_table(vocabulary, ["a", "b"], np.array([[3.0, -3.0], [-3.0, 3.0]]), rng)
    np.testing.assert_allclose(table[1:].std(), 3, rtol=0.05)
    assert abs(table[1:].mean()) < 0.2


def test_embedding_table_refuses(rng, refused):
    vectors = np.ones((2, 3))
    for arguments, error, message in [
        (({}, ["a"], vectors, rng), ValueError, "there are 1 words and 2 vectors"),
        (({}, ["a", "b"], vectors[0], rng), ValueError, "vectors has shape (3,), wanted (V, D)"),
        (
            ({}, ["a", "b"], vectors, 0),
            TypeError,
            "rng has type int, wanted a numpy.random.Generator",
        ),
    ]:
        refused(error, f"embedding_table: {message}", embedding_table, *arguments)
