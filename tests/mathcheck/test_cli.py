import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import mathcheck
from mathcheck.__main__ import main

LIB = str(Path(mathcheck.__file__).parents[1])
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
    assert capsys.readouterr().err == "mathcheck: no claim eq:nothing in notes.md\n"


def test_explain_says_that_something_could_not_be_read(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        file.read_text(encoding="utf-8").replace("| $x_n$", "| $z_n$"), encoding="utf-8"
    )
    assert main(["explain", "eq:slope", "notes.md"]) == 2
    assert "errors keep something from being read: `mathcheck check`" in capsys.readouterr().err


def test_symbols(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", "notes.md"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        "  x  [n = 1..N]  random  code x",
        "  y  [n = 1..N]  defined  0 outside  code y",
    ]


def test_the_cache_is_kept_where_it_is_said(file: Path) -> None:
    for _ in range(2):
        assert main(["check", "-q", "--cache", "c", "notes.md"]) == 0
    assert len(list(Path("c").glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Words.\n", "the file has no displayed equation"),
        (RIGHT.partition("$$\n\\frac")[0], "its equations only define"),
        ("$$\na \\to b\n$$\n<!-- unchecked: an arrow -->\n", "each equation is marked"),
        ("", "the file has no displayed equation"),
    ],
)
def test_a_file_without_a_claim_is_no_success(
    file: Path, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    file.write_text(text, encoding="utf-8")
    assert main(["check", "notes.md"]) == 2
    assert f"notes.md: nothing was checked: {why}" in capsys.readouterr().out
    assert main(["check", "--json", "notes.md"]) == 2
    (report,) = json.loads(capsys.readouterr().out)
    assert report["ok"] is False


def test_of_a_folder_each_file_with_equations_is_taken(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("sub").mkdir()
    Path("sub/words.md").write_text("Words.\n", encoding="utf-8")
    Path("sub/a.tex").write_text("\\[ 1 + 1 = 2 \\]\n", encoding="utf-8")
    Path("sub/data.csv").write_text("$$ 1 = 2 $$\n", encoding="utf-8")
    assert main(["check", "-q", "."]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told] == ["notes.md", str(Path("sub/a.tex"))]
    Path("sub/a.tex").unlink()
    assert main(["check", "sub"]) == 2
    assert "nothing was checked: no displayed equation in sub" in capsys.readouterr().err
    assert main(["check", "--allow-empty", "sub/words.md"]) == 0


@pytest.mark.parametrize("option", ["--draws", "--seed"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "9999999999", "٣"])
def test_options_that_make_no_sense(
    file: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", f"{option}={value}", "notes.md"])
    assert ended.value.code == 2
    with pytest.raises(SystemExit):
        main(["check", "--draws", "0", "notes.md"])
    assert "at least 1" in capsys.readouterr().err


def test_symbols_in_a_file_of_their_own(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, _, rest = RIGHT.partition("\n\n")
    Path("symbols.md").write_text("# Any heading\n" + table + "\n", encoding="utf-8")
    file.write_text("# T\n" + rest, encoding="utf-8")
    assert main(["check", "-q", "notes.md"]) == 2
    for command in (["check"], ["explain", "eq:slope"], ["symbols"], ["mutate"]):
        assert main([*command, "notes.md", "--symbols", "symbols.md"]) == 0
    capsys.readouterr()
    Path("symbols.md").write_text(table.replace("(N,)", "(N", 1), encoding="utf-8")
    assert main(["check", "-q", "notes.md", "--symbols", "symbols.md"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("symbols.md:4:")
    assert lines[1].strip().startswith("| $x_n$")
    Path("symbols.md").write_text("Words.\n", encoding="utf-8")
    assert main(["check", "-q", "notes.md", "--symbols", "symbols.md"]) == 2
    assert "symbols.md:1:1: no symbols table stands here" in capsys.readouterr().out
    assert main(["check", "notes.md", "--symbols", "nowhere.md"]) == 2
    assert "there is no file nowhere.md" in capsys.readouterr().err


def test_what_github_shows_beside_the_lines(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(file, "2 x_n\n", "3 x_n\n")
    odd = file.rename("100%,a.md")
    main(["check", "-q", "--github", str(odd)])
    (line,) = [s for s in capsys.readouterr().out.splitlines() if s.startswith("::")]
    assert line.startswith("::error file=100%25%2Ca.md,line=12,col=37,title=mathcheck::")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    rewrite(file, "2 x_n\n", "3 x_n\n")
    assert main(["check", "-q", "notes.md"]) == 1
    assert "::error file=notes.md,line=12,col=37,title=mathcheck::" in capsys.readouterr().out
    rewrite(file, "| $y_n$", "| $z_n$ | | (M,) | more |\n| $y_n$")
    assert main(["check", "-q", "notes.md"]) == 0
    assert "::warning file=notes.md,line=5,col=3,title=mathcheck::n runs" in capsys.readouterr().out


def test_a_console_that_knows_few_signs(file: Path) -> None:
    rewrite(file, "x_n^2", "x_n^2 ≤ ∂ 漢 x")
    for encoding in ("cp1252", "ascii"):
        done = subprocess.run(
            [sys.executable, "-m", "mathcheck", "check", "notes.md"],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": LIB, "PYTHONIOENCODING": encoding},
        )
        assert done.returncode == 2
        assert b"\\u2264" in done.stdout
        assert b"Traceback" not in done.stderr


def test_a_fault_of_the_checker_is_a_sentence(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("something\nthat nobody thought of")

    monkeypatch.setattr("mathcheck.__main__.check_chapter", fail, raising=True)
    monkeypatch.setattr("mathcheck.__main__.explain", fail)
    assert main(["explain", "eq:slope", "notes.md"]) == 2
    assert "please report it (KeyError" in capsys.readouterr().err


def test_watching_checks_again_what_changes(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("other.md").write_text(RIGHT, encoding="utf-8")
    looks = []

    def sleep(_: float) -> None:
        looks.append(None)
        if len(looks) == 2:
            rewrite(file, "2 x_n\n", "3 x_n\n")
            os.utime(file, ns=(1, 1))
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("mathcheck.__main__.time.sleep", sleep)
    assert main(["check", "-q", "--watch", "notes.md", "other.md"]) == 1
    told = [s for s in capsys.readouterr().out.splitlines() if "claims hold" in s]
    assert [line.partition(",")[0] for line in told] == [
        "notes.md: 1 of 1 claims hold",
        "other.md: 1 of 1 claims hold",
        "notes.md: 0 of 1 claims hold",
    ]


def test_watching_looks_at_the_symbols_too_and_outlives_a_file(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table, _, rest = RIGHT.partition("\n\n")
    symbols = Path("symbols.md")
    symbols.write_text(table + "\n", encoding="utf-8")
    file.write_text(rest, encoding="utf-8")
    looks = []

    def sleep(_: float) -> None:
        looks.append(None)
        if len(looks) == 1:
            symbols.write_text(table.replace("0 outside", "1 outside") + "\n", encoding="utf-8")
            os.utime(symbols, ns=(1, 1))
        if len(looks) == 2:
            file.unlink()
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("mathcheck.__main__.time.sleep", sleep)
    assert main(["check", "-q", "--watch", "--symbols", "symbols.md", "notes.md"]) == 2
    told = capsys.readouterr()
    assert told.out.count("1 of 1 claims hold") == 2
    assert "there is no file notes.md" in told.err


def test_folders_are_listed_and_mutated(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("docs").mkdir()
    file.rename("docs/notes.md")
    Path("docs/words.md").write_text("Words.\n", encoding="utf-8")
    assert main(["symbols", "docs"]) == 0
    assert "x  [n = 1..N]" in capsys.readouterr().out
    assert main(["mutate", "docs"]) == 0
    assert capsys.readouterr().out.startswith("docs/notes.md")
    Path("docs/notes.md").unlink()
    assert main(["mutate", "docs"]) == 2


def test_the_exit_codes_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "exit codes: 0" in capsys.readouterr().out


def test_the_hook_for_other_repositories_runs_as_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (entry,) = [line.partition("entry:")[2] for line in text.splitlines() if "entry:" in line]
    command, *arguments = entry.split()
    points = metadata.entry_points(group="console_scripts", name=command)
    assert {point.value for point in points} == {"mathcheck.__main__:main"}
    Path("words.md").write_text("Words.\n", encoding="utf-8")
    assert main([*arguments, "notes.md", "words.md"]) == 0


def test_a_pager_may_leave_early(file: Path) -> None:
    command = [sys.executable, "-m", "mathcheck", "explain", "eq:slope", "notes.md"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": LIB},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_mutants(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "notes.md"]) == 0
    assert "mutants of claims killed" in capsys.readouterr().out
    file.write_text("Words.\n", encoding="utf-8")
    assert main(["mutate", "notes.md"]) == 2
    assert "nothing to mutate" in capsys.readouterr().out
