"""What a page needs to run Python: the files, and how an example is run."""

import hashlib
import io
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from book.made.runtime import archive, runtime_files, wanted_packages, with_packages
from book.shared.errors import BookError
from mathcheck.text.sources import read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path):
    """A repository whose Pyodide has three packages, of which an example wants two."""
    folder = tmp_path / "node_modules" / "pyodide"
    folder.mkdir(parents=True)

    def package(name, *depends):
        wheel = f"{name}-1.whl"
        sha256 = hashlib.sha256(wheel.encode()).hexdigest()
        return {"name": name, "file_name": wheel, "sha256": sha256, "depends": list(depends)}

    packages = {
        "numpy": package("numpy"),
        "matplotlib": package("matplotlib", "numpy"),
        "scipy": package("scipy", "numpy"),
    }
    lock = {"info": {"version": "1.2.3"}, "packages": packages}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return tmp_path


def test_packages_come_from_the_release_with_their_hashes(root):
    files = dict(runtime_files(root, None, archive(root)))
    lock = json.loads(files["pyodide/pyodide-lock.json"])
    assert list(lock["packages"]) == ["matplotlib", "numpy"]
    numpy = lock["packages"]["numpy"]
    assert numpy["file_name"].startswith("https://")
    assert numpy["file_name"].endswith("/v1.2.3/full/numpy-1.whl")
    assert numpy["sha256"] == hashlib.sha256(b"numpy-1.whl").hexdigest()
    assert not any(name.endswith(".whl") for name in files)


def test_packages_come_from_a_folder_if_there_is_one(root, tmp_path):
    for name in ("numpy", "matplotlib"):
        (tmp_path / f"{name}-1.whl").write_text(f"{name}-1.whl")
    files = dict(runtime_files(root, tmp_path, b""))
    lock = json.loads(files["pyodide/pyodide-lock.json"])
    assert lock["packages"]["numpy"]["file_name"] == "numpy-1.whl"
    assert files["pyodide/numpy-1.whl"] == tmp_path / "numpy-1.whl"


def test_an_archive_has_the_packages_that_the_site_leaves_elsewhere(root, tmp_path):
    lock = dict(runtime_files(root, None, b""))["pyodide/pyodide-lock.json"].encode()
    site = {"assets/pyodide-1/pyodide-lock.json": lock, "index.html": b"x"}
    with pytest.raises(BookError, match=r"has no (numpy|matplotlib)-1\.whl"):
        with_packages(site, tmp_path)
    for name in ("numpy", "matplotlib"):
        (tmp_path / f"{name}-1.whl").write_text(f"{name}-1.whl")
    made = with_packages(site, tmp_path)
    assert sorted(made.keys() - site) == [
        "assets/pyodide-1/matplotlib-1.whl",
        "assets/pyodide-1/numpy-1.whl",
    ]
    assert made["assets/pyodide-1/numpy-1.whl"] == b"numpy-1.whl"
    packages = json.loads(made["assets/pyodide-1/pyodide-lock.json"])["packages"]
    assert {each["file_name"] for each in packages.values()} == {"numpy-1.whl", "matplotlib-1.whl"}
    assert with_packages(made, tmp_path / "none") == made  # a site that has them itself


def test_a_wheel_that_is_missing_or_another_is_refused(root, tmp_path):
    with pytest.raises(BookError, match=r" has no matplotlib-1\.whl: `python requirements/wheels"):
        list(runtime_files(root, tmp_path, b""))
    (tmp_path / "matplotlib-1.whl").write_text("another")
    with pytest.raises(BookError, match=r"matplotlib-1\.whl is not the file of Pyodide's release"):
        list(runtime_files(root, tmp_path, b""))


def test_without_pyodide_it_says_what_to_do(tmp_path):
    with pytest.raises(BookError, match="run `npm ci`"):
        wanted_packages(tmp_path)


def test_the_archive_holds_the_library_as_it_is():
    content = archive(ROOT)
    assert content == archive(ROOT)
    with ZipFile(io.BytesIO(content)) as file:
        names = file.namelist()
        linear = file.read("lib/backprop/linear.py")
    assert linear == (ROOT / "lib" / "backprop" / "linear.py").read_bytes()
    assert "lib/backprop/data/samples/mnist.npz" in names
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("lib/backprop/**/*.py")}
    ours = {name for name in names if name.startswith("lib/backprop/") and name.endswith(".py")}
    assert ours == modules
    assert not any("__pycache__" in name for name in names)


def test_the_archive_holds_what_examples_use_of_the_experiments():
    with ZipFile(io.BytesIO(archive(ROOT))) as file:
        names = file.namelist()
    used = re.compile(r">>> (?:from experiments\.(\w+) import|from experiments import (\w+))")
    text = "".join(path.read_text("utf-8") for path in ROOT.glob("docs/chapters/*.md"))
    found = {"".join(each) for each in used.findall(text)}
    assert len(found) > 1
    assert {f"lib/experiments/{each}.py" for each in found} <= set(names)


def test_the_archive_is_enough(tmp_path):
    with ZipFile(io.BytesIO(archive(ROOT))) as file:
        file.extractall(tmp_path)
    code = "from backprop.data import mnist as d; print(d.__file__, len(d.load_mnist_sample()[0]))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command,
        env={"PYTHONPATH": str(tmp_path / "lib")},
        capture_output=True,
        text=True,
        check=True,
    )
    module = tmp_path / "lib" / "backprop" / "data" / "mnist.py"
    assert done.stdout.split() == [str(module), "2000"]


def test_the_library_needs_nothing_that_python_in_a_browser_lacks():
    lacks = ("sqlite3", "ssl", "lzma", "_sqlite3", "_ssl", "_lzma")
    code = f"import sys; sys.modules.update(dict.fromkeys({lacks})); import backprop, mathcheck"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "lib", check=True)


@pytest.fixture
def run(monkeypatch):
    """Runs what is typed; returns whether it ended well, and what it printed."""
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)  # figures of other tests
    examples = runpy.run_path(str(ROOT / "docs" / "assets" / "run" / "examples.py"))["Examples"]()

    def typed(source, scope=""):
        printed = []
        fine = examples.run(source, scope, lambda kind, text: printed.append((kind, text)))
        assert all(kind == "text" for kind, _ in printed)
        return fine, "".join(text for _, text in printed)

    return typed


def test_it_prints_as_a_prompt_does(run):
    assert run("x = 2\nx + 1\nNone\nprint('a', end='')\nx") == (True, "3\na2\n")
    assert run("for i in range(2):\n    i\n") == (True, "0\n1\n")


def test_what_was_defined_stays_within_its_scope(run):
    run("x = 5")
    assert run("x") == (True, "5\n")
    assert run("x", "backprop.linear.linear_forward")[0] is False


def test_a_docstring_sees_its_module(run):
    assert run("linear_forward.__name__", "backprop.linear.linear_forward") == (
        True,
        "'linear_forward'\n",
    )


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\n1 / 0", 2, "ZeroDivisionError: division by zero"),
        ("def f():\n    raise ValueError('no')\nf()", 2, "ValueError: no"),
        ("1 +", 1, "SyntaxError: invalid syntax"),
        ("raise SystemExit", 1, "SystemExit"),
    ],
)
def test_it_fails_as_a_prompt_does(run, source, line, message):
    fine, printed = run(source)
    assert not fine
    assert printed.splitlines()[-1] == message
    assert f", line {line}" in printed
    assert "examples.py" not in printed


def test_the_archive_holds_the_checker_and_what_it_needs(tmp_path):
    with ZipFile(io.BytesIO(archive(ROOT))) as file:
        assert any("LICENSE" in name for name in file.namelist())
        file.extractall(tmp_path)
    program = (
        "import sys; from importlib.util import find_spec; import mathcheck, lark\n"
        "assert all('archived' in m.__file__ for m in (mathcheck, lark)), lark.__file__\n"
        "print(mathcheck.check_file('a.md').verdict)"
    )
    folder = tmp_path / "archived"
    (tmp_path / "lib").rename(folder)
    (tmp_path / "a.md").write_text("$$ 1 + 1 = 2 $$\n", encoding="utf-8")
    # -S: without what is installed, NumPy apart, as in a page.
    numpy = str(Path(np.__file__).parents[1])
    path = f"import sys; sys.path[:0] = [{str(folder)!r}]; sys.path.append({numpy!r})\n"
    command = [sys.executable, "-S", "-c", path + program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "1 of 1 claims hold" in done.stdout


def tried():
    """The text that a reader of the first page can edit."""
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    return page, re.search(r"^``` \{ \.text \.try \}\n(.*?)\n```$", page, re.M | re.S)[1]


def test_what_a_reader_can_try_is_what_the_page_shows():
    page, text = tried()
    (shown,) = read("a.md", page).equations[:1]
    (own,) = read("a.md", text).equations
    assert own.tex == shown.tex


def test_the_checker_in_the_page_tells_where_something_is_wrong():
    examples = runpy.run_path(str(ROOT / "docs/assets/run/examples.py"))["Examples"]()
    _, text = tried()
    told = []
    assert examples.check(text, lambda *each: told.append(each))
    assert [kind for kind, _ in told] == ["text", "claim"] * 3 + ["text"]
    claims = [json.loads(text) for kind, text in told if kind == "claim"]
    assert [claim["holds"] for claim in claims] == [True] * 3
    assert "holds at" in told[0][1]
    flips = [match.end() for match in re.finditer("&= ", text)]
    assert len(flips) == 3
    for at in flips:
        told.clear()
        assert not examples.check(text[:at] + "-" + text[at:], lambda *each: told.append(each))
        assert told[-1] == ("place", str(text[:at].count("\n") + 1))
        claims = [json.loads(text) for kind, text in told if kind == "claim"]
        assert [claim["holds"] for claim in claims] == [at != flip for flip in flips]
    assert not examples.check(text.replace("W^\\top", "Z"), lambda *each: told.append(each))
    assert "is not in the symbols table" in "".join(text for _, text in told)
