"""Setting up: killed, run twice at once, without a connection. Nothing is fetched from elsewhere.

Each test has a repository of its own, with a group of one wheel that lies in a folder.
"""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pip
import pytest

SCRIPT = Path(__file__).parents[1] / "requirements" / "install.py"


def wheel(folder, name, wanted=""):
    """Writes a wheel that holds one module of that name."""
    info = f"{name}-1.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{wanted}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in files)
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "requirements").mkdir()
    shutil.copy(SCRIPT, tmp_path / "requirements")
    (tmp_path / "wheels").mkdir()
    for name in ("one", "two"):
        wheel(tmp_path / "wheels", name)
    groups = '[dependency-groups]\none = ["one==1"]\ntwo = ["two==1"]\n'
    (tmp_path / "pyproject.toml").write_text(groups)
    return tmp_path


@pytest.fixture
def start(repository):
    """Starts the script; pip finds the wheels of the test, and no others."""
    started = []

    def run(*arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, str(repository / "requirements" / "install.py"), *arguments],
            env=os.environ
            | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(repository / "wheels")}
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=repository,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_until(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def installed(repository, name):
    python = repository / ".venv" / "bin" / "python"
    found = subprocess.run([python, "-I", "-c", f"import {name}, pip"], capture_output=True)
    return found.returncode == 0


@pytest.fixture
def environment(repository):
    """An environment that is there, made in no time: its pip is that of the tests."""
    venv.create(repository / ".venv", symlinks=True)
    (packages,) = (repository / ".venv").glob("lib/python*/site-packages")
    packages.joinpath("pip").symlink_to(Path(pip.__file__).parent)


def test_killed_while_the_environment_is_made(repository, start):
    """It has an interpreter by then, and no pip."""
    process = start("one")
    wait_until(lambda: (repository / ".venv" / "bin" / "python").exists(), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (repository / ".venv" / ".one").exists()
    again = start("one")
    said, error = again.communicate(timeout=120)
    assert again.returncode == 0, error
    assert ".venv is unfinished: making it anew" in said
    assert installed(repository, "one")
    assert (repository / ".venv" / ".one").exists()
    assert not (repository / ".venv" / ".unfinished").exists()


@pytest.mark.usefixtures("environment")
def test_two_at_once_and_then_a_killed_one(repository, start):
    """Two groups take turns; what is up to date is left alone; what a killed pip left is not."""
    place = repository / ".venv"
    processes = [start("one"), start("two"), start("one")]
    said = [process.communicate(timeout=180) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert sum("another run installs here: waiting for it" in out for out, _ in said) == 2
    assert sum("installing the group one" in out for out, _ in said) == 1
    assert installed(repository, "one")
    assert installed(repository, "two")

    # A group that is changed is installed again, into the environment that is there.
    (place / "here").touch()
    os.utime(repository / "pyproject.toml", (time.time() + 5,) * 2)
    process = start("one")
    assert process.communicate(timeout=120)[0] == (
        "installing the group one of pyproject.toml into .venv\n"
    )
    assert (place / "here").exists()

    # A run that was killed within pip has left this.
    (place / ".unfinished").touch()
    process = start("two")
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert not (place / "here").exists()
    assert installed(repository, "two")
    assert not installed(repository, "one")
    assert not (place / ".one").exists(), "make would take it for installed"


@pytest.mark.usefixtures("environment")
def test_of_a_lock_nothing_more_is_installed(repository, script, monkeypatch, capsys):
    """Its hashes decide, and what it leaves out is not asked for."""
    wheel(repository / "wheels", "three", "Requires-Dist: left-out\n")
    content = (repository / "wheels" / "three-1-py3-none-any.whl").read_bytes()
    lock = repository / "requirements" / "three.txt"
    lock.write_text(f"three==1 --hash=sha256:{sha256(content).hexdigest()}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(repository / "wheels"))
    run = script.run

    def without_the_repository(client, command):
        if "--editable" not in command:  # it is none to install
            run(client, command)

    monkeypatch.setattr(script, "run", without_the_repository)
    assert script.main(["three"]) == 0, capsys.readouterr().err
    assert installed(repository, "three")
    lock.write_text(f"three==1 --hash=sha256:{'0' * 64}\none==1\n")
    os.utime(lock, (time.time() + 5,) * 2)
    assert script.main(["three"]) == 1
    assert "hash" in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_no_lock_asks_for_what_has_no_wheel(repository, start):
    """A source distribution is refused, also of a group without a lock."""
    info = "Metadata-Version: 2.1\nName: source\nVersion: 1\n"
    with tarfile.open(repository / "wheels" / "source-1.tar.gz", "w:gz") as archive:
        for name, content in {"PKG-INFO": info, "setup.py": "raise SystemExit('it ran')"}.items():
            member = tarfile.TarInfo(f"source-1/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    with (repository / "pyproject.toml").open("a") as file:
        file.write('source = ["source==1"]\n')
    process = start("source")
    _, error = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "No matching distribution found for source==1" in error


@pytest.mark.usefixtures("environment")
def test_offline_it_says_what_to_do(repository, start):
    """No server listens; what is installed stays as it is."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/simple"
    nowhere = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": address, "PIP_FIND_LINKS": ""}
    assert start("one").wait(timeout=120) == 0
    process = start("two", **nowhere, PIP_EXTRA_INDEX_URL="", PIP_RETRIES="0")
    _, error = process.communicate(timeout=120)
    assert process.returncode == 1
    assert error == (
        "install: pip has no connection, and not all is in its cache: run the same command when "
        "you are online, or put the wheels into a folder and set PIP_NO_INDEX=1 and "
        "PIP_FIND_LINKS to it\n"
    )
    assert installed(repository, "one")
    assert (repository / ".venv" / ".one").exists()
    assert not (repository / ".venv" / ".two").exists()
    process = start("three")
    assert process.communicate(timeout=120)[1] == "install: there is no group three\n"


@pytest.fixture
def script(repository):
    spec = spec_from_file_location("install", repository / "requirements" / "install.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def npm(repository, content):
    path = repository / ".venv" / "bin" / "npm"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{content}\n")
    path.chmod(0o755)
    (repository / "package-lock.json").touch()
    (repository / "node_modules").mkdir(exist_ok=True)


@pytest.mark.parametrize(
    ("group", "stamps", "omitted"), [("site", {".site"}, True), ("test", {".site", ".test"}, False)]
)
def test_node_modules(repository, script, monkeypatch, group, stamps, omitted):
    """npm is the environment's own, not one of the folder that one works in."""
    (repository / "npm").write_text("#!/bin/sh\nexit 1\n")
    (repository / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(repository)
    npm(repository, "echo $@ >> said; command -v npm >> said")
    for _ in range(2):  # the second time, all is there
        assert script.main([group, "--node"]) == 0
    modules = repository / "node_modules"
    assert {path.name for path in modules.iterdir()} == stamps
    said = (repository / "said").read_text().splitlines()
    assert len(said) == 2
    assert said[0].startswith("ci ")
    assert ("--omit=dev" in said[0]) == omitted
    assert said[1] == str(repository / ".venv" / "bin" / "npm")


def test_npm_that_fails_leaves_no_stamp(repository, script, capsys):
    npm(repository, "echo npm error code EAI_AGAIN; exit 1")
    for name in (".site", ".test"):
        (repository / "node_modules" / name).touch()
    os.utime(repository / "package-lock.json", (time.time() + 5,) * 2)
    assert script.main(["site", "--node"]) == 1
    assert capsys.readouterr().err == (
        "install: npm has no connection, and not all is in its cache: run the same command when "
        "you are online, or copy node_modules from where it is installed\n"
    )
    assert not list((repository / "node_modules").iterdir())
    npm(repository, "echo no disk left; exit 3")
    assert script.main(["test", "--node"]) == 1
    assert capsys.readouterr().err == "install: npm failed:\nno disk left\n"
    (repository / ".venv" / "bin" / "npm").unlink()
    assert script.main(["test", "--node"]) == 1
    error = capsys.readouterr().err
    assert error == "install: there is no npm in .venv: install its group test first\n"


def test_an_old_python_is_refused(script, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 11, 4))
    monkeypatch.setattr(sys, "version", "3.11.4 (main)")
    assert script.main(["one"]) == 2
    said = capsys.readouterr().out
    assert said == "Python 3.11.5 or later is wanted, this is 3.11.4: set PYTHON\n"
