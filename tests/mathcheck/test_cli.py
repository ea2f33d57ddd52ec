import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mathcheck
from mathcheck.__main__ import main

RIGHT = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_n$ | `x` | (N,) | numbers |
| $y_n$ | `y` | (N,), 0 outside | their squares |

$$
y_n \coloneqq x_n^2
$$

$$
\frac{\partial y_n}{\partial x_n} = 2 x_n
\label{eq:slope}
$$
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("notes.md")
    path.write_text(RIGHT, encoding="utf-8")
    return path


def rewrite(file: Path, old: str, new: str) -> None:
    file.write_text(RIGHT.replace(old, new), encoding="utf-8")


def test_all_right(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "notes.md"]) == 0
    out = capsys.readouterr().out
    assert "eq:slope" in out
    assert "notes.md: 1 of 1 claims hold, 1 definitions, 0 unchecked, 0 errors" in out


def test_a_claim_that_fails(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(file, "2 x_n\n", "3 x_n\n")
    assert main(["check", "-q", "notes.md"]) == 1
    assert "notes.md:12:37: eq:slope: not equal: at n = 1" in capsys.readouterr().out


def test_what_cannot_be_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(file, "x_n^2", "x_n^")
    assert main(["check", "-q", "notes.md"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "notes.md:8:18: something is missing here",
        "    y_n \\coloneqq x_n^",
        "                     ^",
    ]


def test_no_such_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.md"]) == 2
    assert "there is no file nowhere.md" in capsys.readouterr().err


def test_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", "notes.md"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    (claim,) = report["claims"]
    assert (claim["id"], claim["ok"], claim["line"]) == ("eq:slope", True, 12)
    assert claim["worst"] < 1e-12


def test_explain(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "eq:slope", "notes.md"]) == 0
    out = capsys.readouterr().out
    assert "at n = 1" in out
    assert "left  =" in out
    assert main(["explain", "eq:nothing", "notes.md"]) == 2


def test_symbols(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", "notes.md"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        "  x  [n = 1..N]  random  code x",
        "  y  [n = 1..N]  defined  0 outside  code y",
    ]


def test_the_cache_forgets_what_has_changed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["check", "-q", "--cache", "c", "notes.md"]) == 0
    (kept,) = Path("c").glob("*.json")
    before = kept.read_text(encoding="utf-8")
    rewrite(file, "x_n^2", "x_n^3")
    assert main(["check", "-q", "--cache", "c", "notes.md"]) == 1
    assert kept.read_text(encoding="utf-8") != before
    rewrite(file, "nothing", "nothing")
    assert main(["check", "-q", "--cache", "c", "notes.md"]) == 0


def test_a_spoilt_cache_is_no_trouble(file: Path) -> None:
    assert main(["check", "-q", "--cache", "c", "notes.md"]) == 0
    Path("c/trees").write_bytes(b"spoilt")
    assert main(["check", "-q", "--cache", "c", "notes.md"]) == 0


def test_a_pager_may_leave_early(file: Path) -> None:
    command = [sys.executable, "-m", "mathcheck", "explain", "eq:slope", "notes.md"]
    path = str(Path(mathcheck.__file__).parents[1])
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_mutants(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "notes.md"]) == 0
    assert "mutants of claims killed" in capsys.readouterr().out
