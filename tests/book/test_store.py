"""What a build may take from the build before it, and what it may not."""

import logging
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from book.shared.store import Store, write

LOG = logging.getLogger("mkdocs.test")


class Kept:
    """Builds, each in a process of its own as it were, and what they had to make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[str] = []

    def build(self, *names: str, given: object = 1, value: Any = "made", sound: bool = True) -> int:
        """Asks for some things; how many of them were made."""
        store = Store(self.folder, logging.getLogger("mkdocs"))
        return self.go_on(store, *names, given=given, value=value, sound=sound)

    def go_on(
        self, store: Store, *names: str, given: object = 1, value: Any = "made", sound: bool = True
    ) -> int:
        """The same in the process of another build."""
        store.begin()
        self.made.clear()
        for name in names:

            def make(name: str = name) -> Any:
                self.made.append(name)
                return value

            assert store.get(name, given, make) == value
        store.end(sound)
        return len(self.made)

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept")


def test_a_thing_is_made_once_and_again_of_something_else(kept: Kept) -> None:
    assert kept.build("a") == 1
    assert kept.build("a") == 0
    assert kept.build("a", given=2) == 1
    assert kept.build("a", given=1) == 1  # the last one alone is kept
    assert kept.build("a", "b") == 1


def test_what_a_build_does_not_use_is_dropped(kept: Kept) -> None:
    assert kept.build("a", "b") == 2
    assert kept.build("a") == 0
    assert len(kept.files()) == 1
    assert kept.build("a", "b") == 1


def test_the_same_holds_while_one_process_builds_and_builds(kept: Kept) -> None:
    store = Store(kept.folder, logging.getLogger("mkdocs"))
    for names, times in [("ab", 2), ("ab", 0), ("a", 0), ("ab", 1)]:
        assert kept.go_on(store, *names) == times
    assert len(kept.files()) == 2


@pytest.mark.parametrize("value", ["é\ud800", 1.5, None, [1, {"a": [True]}], {"x": ""}, b"\x00\n"])
def test_data_and_bytes_are_kept_as_they_are(kept: Kept, value: Any) -> None:
    assert kept.build("a", value=value) == 1
    assert kept.build("a", value=value) == 0


def test_who_reads_may_change_what_he_reads(tmp_path: Path) -> None:
    store = Store(tmp_path, LOG)
    for _ in range(2):
        found = store.get("a", 1, lambda: [1])
        assert found == [1]
        found.append(2)


def test_whatever_happens_to_a_file_it_is_made_anew(kept: Kept) -> None:
    value = {"text": "some text that is kept", "more": [1, 2, 3]}
    assert kept.build("a", value=value) == 1
    (file,) = kept.files()
    whole = file.read_bytes()
    damaged = [whole[:end] for end in range(len(whole))]
    damaged += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    damaged += [whole + b"x", whole.replace(b"some", b"same"), b"", b"\n\n"]
    for content in damaged:
        file.write_bytes(content)
        assert kept.build("a", value=value) == 1, content
    assert kept.build("a", value=value) == 0


def test_a_file_in_another_ones_place_is_not_taken_for_it(kept: Kept) -> None:
    kept.build("a", "b", value="of a")
    first, second = kept.files()
    first.write_bytes(second.read_bytes())
    assert kept.build("a", "b", value="of a") == 1


def test_a_file_that_is_a_program_is_not_run(kept: Kept, tmp_path: Path) -> None:
    class Program:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "ran"),)

    kept.build("a")
    for file in kept.files():
        file.write_bytes(pickle.dumps(Program()))
    assert kept.build("a") == 1
    assert not (tmp_path / "ran").exists()


def test_what_was_made_under_a_warning_is_made_and_warned_of_again(tmp_path: Path) -> None:
    for _ in range(2):
        store, made = Store(tmp_path, logging.getLogger("mkdocs")), []

        def make(made: list[int] = made) -> int:
            made.append(1)
            logging.getLogger("mkdocs.structure.pages").warning("a link leads nowhere")
            return 1

        assert store.get("a", 1, make) == 1
        store.end()
        assert made == [1]


def test_what_was_made_while_what_it_is_made_of_changed_is_dropped(kept: Kept) -> None:
    assert kept.build("a") == 1
    assert kept.build("a", "b", sound=False) == 1
    assert kept.build("a") == 0
    assert kept.build("b") == 1


def test_what_no_longer_holds_is_made_anew(tmp_path: Path) -> None:
    store = Store(tmp_path, LOG)
    assert store.get("a", 1, lambda: 1) == 1
    assert store.has("a", 1)
    assert not store.has("a", 1, lambda value: value == 2)
    assert store.get("a", 1, lambda: 2, lambda value: value == 2) == 2
    assert store.get("a", 1, lambda: 3) == 2


def test_a_file_is_whole_or_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    write(file, b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        write(file, b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
    store = Store(tmp_path / "kept", LOG)
    assert store.get("a", 1, lambda: "made") == "made"  # a full disk stops no build
    assert not list((tmp_path / "kept").iterdir())
