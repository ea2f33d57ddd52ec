"""Files of arrays: what is none is refused in words that lead nobody astray."""

import zipfile

import numpy as np
import pytest

from backprop.files import load_npz, save_npz


def text(path):
    path.write_text("epoch 1: loss 0.3\n" * 100)


def empty(path):
    path.write_bytes(b"")


def archive_of_texts(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "no array")


def objects(path):
    np.savez(path, a=np.array([{}, {}], dtype=object))


def pickled(path):
    np.array([{}], dtype=object).dump(path)


def truncated(path):
    np.savez(path, a=np.zeros(1000))
    path.write_bytes(path.read_bytes()[:4000])


def flipped(path):
    np.savez(path, a=np.zeros(1000))
    data = bytearray(path.read_bytes())
    data[4000] ^= 1
    path.write_bytes(data)


def header_that_says_more(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00\xff\xff{'descr'")


def single(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


REASONS = {
    text: "it is no archive, or not a whole one",
    empty: "it is no archive, or not a whole one",
    archive_of_texts: "a.txt is no array",
    objects: "it holds Python objects, not numbers",
    pickled: "it is no archive, or not a whole one",
    truncated: "it is no archive, or not a whole one",
    flipped: "",
    header_that_says_more: "",
    single: "it holds one array without a name",
}


@pytest.mark.parametrize(
    ("write", "reason"), REASONS.items(), ids=lambda f: getattr(f, "__name__", "")
)
@pytest.mark.parametrize("kind", ["path", "string"])
def test_what_is_no_npz_is_refused(tmp_path, write, reason, kind):
    path = tmp_path / "weights.npz"
    write(path)
    with pytest.raises(ValueError) as caught:
        load_npz(path if kind == "path" else str(path))
    assert str(caught.value).startswith(f"load_npz: {path} is not a readable .npz: {reason}")
    assert "pickle" not in str(caught.value)


def test_a_path_may_be_a_string(tmp_path):
    save_npz(str(tmp_path / "deep" / "weights"), {"a": np.arange(3)})
    np.testing.assert_array_equal(load_npz(str(tmp_path / "deep" / "weights"))["a"], [0, 1, 2])


def test_what_is_not_there_is_said_to_be(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_npz(str(tmp_path / "absent.npz"))
