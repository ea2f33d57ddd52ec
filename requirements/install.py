"""Installs what a command needs: `install.py test`, or `install.py test --node` for node_modules.

make calls it; without make, call it yourself. It takes nothing but Python, and it may be killed at
any moment, run twice at once, or have no connection:

- One run at a time works on the folder; a second one waits, and finds the work done.
- `.unfinished` lies in the environment for as long as pip works there. Whoever finds it after a run
  that was killed makes the environment anew.
- A stamp, `.test` say, is written last: it is newer than all that the group is made from.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

OLDEST = (3, 11, 5)
ROOT = Path(__file__).resolve().parents[1]
UNFINISHED = ".unfinished"
# A group that holds all of another.
HOLDS = {"test": "site"}
# A source distribution runs its own code, and is built with what is held to no hash.
WHEELS = "--only-binary=:all:"
# How pip and npm say that they reach nobody.
OFFLINE = ("Failed to establish", "Temporary failure", "resolve", "NewConnectionError")
OFFLINE += ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "ENOTCACHED")
ADVICE = {
    "pip": "or put the wheels into a folder and set PIP_NO_INDEX=1 and PIP_FIND_LINKS to it",
    "npm": "or copy node_modules from where it is installed",
}


class Failure(Exception):
    """What went wrong, as a sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Installs one group; returns the exit status."""
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        print(f"Python {wanted} or later is wanted, this is {sys.version.split()[0]}: set PYTHON")
        return 2
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("group", help="a group of requirements/, or else of pyproject.toml")
    parser.add_argument("--node", action="store_true", help="install into node_modules")
    parser.add_argument("--venv", default=".venv", help="the environment, .venv if not said")
    chosen = parser.parse_args(arguments)
    venv = ROOT / chosen.venv
    try:
        with alone():
            if chosen.node:
                install_node(chosen.group, venv)
            else:
                install_python(chosen.group, venv)
    except (Failure, OSError) as error:
        print(f"install: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def alone():
    """Waits for its turn. What is started inherits the lock, and keeps it if this is killed."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = os.open(ROOT / "requirements", os.O_RDONLY)
    os.set_inheritable(lock, True)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another run installs here: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def install_python(group: str, venv: Path) -> None:
    """Installs a group into the environment, which is made if it is not there or broken."""
    file = ROOT / "requirements" / f"{group}.txt"
    pinned = file.is_file()
    stamp = venv / f".{group}"
    if is_newer(stamp, [ROOT / "pyproject.toml", *([file] if pinned else [])]):
        stamp.touch()  # make may have other reasons
        return
    python = make_environment(venv)
    unfinished = venv / UNFINISHED
    unfinished.touch()
    # Isolated, Python takes pip from the environment alone.
    pip = [str(python), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    # Compiled once, for the many processes of a build and of the tests; not PyTorch.
    pip += ["--compile" if pinned else "--no-compile", "--retries=2"]
    title = f"requirements/{group}.txt" if pinned else f"the group {group} of pyproject.toml"
    print(f"installing {title} into {venv.name}", flush=True)
    try:
        if pinned:
            # A lock holds all that is wanted, but for what `make lock` leaves out.
            run("pip", [*pip, WHEELS, "--no-deps", "--require-hashes", "--requirement", str(file)])
            run("pip", [*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
        else:
            run("pip", [*pip, WHEELS, *requirements_of(group)])
    except Failure:
        unfinished.unlink()  # pip has ended by itself
        raise
    unfinished.unlink()
    for name in (group, HOLDS.get(group)):
        if name is not None:
            (venv / f".{name}").touch()


def make_environment(venv: Path) -> Path:
    """Returns the environment's interpreter, which has pip and was left by no killed run."""
    windows = sys.platform == "win32"
    python = venv / ("Scripts/python.exe" if windows else "bin/python")
    unfinished = venv / UNFINISHED
    if python.exists() and not unfinished.exists():
        has_pip = subprocess.run([str(python), "-I", "-m", "pip", "--version"], capture_output=True)
        if has_pip.returncode == 0:
            return python
    if venv.exists():
        print(f"{venv.name} is unfinished: making it anew", flush=True)
    venv.mkdir(exist_ok=True)
    unfinished.touch()
    for entry in venv.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != unfinished:
            entry.unlink()
    # Not the environment's own interpreter, should that one run this.
    run("venv", [sys._base_executable, "-I", "-m", "venv", str(venv)])
    return python


def requirements_of(group: str) -> list[str]:
    """The requirements that pyproject.toml lists for a group."""
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        groups = tomllib.load(file)["dependency-groups"]
    if group not in groups:
        raise Failure(f"there is no group {group}")
    return groups[group]


def install_node(group: str, venv: Path) -> None:
    """Installs node_modules, the part that the site needs or all that the tests need."""
    modules = ROOT / "node_modules"
    stamp = modules / f".{group}"
    if is_newer(stamp, [ROOT / "package-lock.json"]):
        stamp.touch()
        return
    scripts = venv / ("Scripts" if sys.platform == "win32" else "bin")
    npm = shutil.which("npm", path=str(scripts))
    if npm is None:
        raise Failure(f"there is no npm in {venv.name}: install its group {group} first")
    print("installing package-lock.json into node_modules", flush=True)
    search = os.pathsep.join([str(scripts), os.environ.get("PATH", "")])
    for name in {*HOLDS, *HOLDS.values()}:  # before npm empties the folder and fills it again
        (modules / f".{name}").unlink(missing_ok=True)
    omit = ["--omit=dev"] if group == "site" else []
    run("npm", [npm, "ci", "--prefer-offline", "--no-progress", *omit], PATH=search)
    for name in (group, HOLDS.get(group)):
        if name is not None:
            (modules / f".{name}").touch()


def is_newer(stamp: Path, sources: list[Path]) -> bool:
    """Whether a stamp is there, and no older than what it stands for."""
    if not stamp.exists():
        return False
    return all(stamp.stat().st_mtime >= source.stat().st_mtime for source in sources)


def run(client: str, command: list[str], **environment: str) -> None:
    """Runs a command in the repository; what it says is shown if it fails.

    Raises:
        Failure: it failed.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        close_fds=False,  # the lock is held until the last of them has ended
    )
    if done.returncode:
        if client in ADVICE and any(sign in done.stdout for sign in OFFLINE):
            raise Failure(
                f"{client} has no connection, and not all is in its cache: run the same command "
                f"when you are online, {ADVICE[client]}"
            )
        raise Failure("\n".join([f"{client} failed:", *done.stdout.splitlines()[-20:]]))


if __name__ == "__main__":
    sys.exit(main())
