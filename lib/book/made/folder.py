"""The site as a folder on a disk: its links lead to files, and a script opens it in a browser."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

__all__ = ["OPENER", "folder_links", "packed"]

_LINK = re.compile(r'\b(href)="([^":#?]*)(#[^"]*)?"')
OPENER = '''\
"""Opens the book in a browser: `python open.py`. It is served to this machine alone."""

import functools
import http.server
import pathlib
import webbrowser

FOLDER = pathlib.Path(__file__).resolve().parent


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *said):
        pass


handler = functools.partial(Handler, directory=str(FOLDER))
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    print(f"The book is at {address}; press Ctrl+C to end.", flush=True)
    webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
'''


def folder_links(html: str) -> str:
    """A page whose links lead to files: a disk has no page behind the name of a folder.

    >>> folder_links('<a href="../lstm/#backward">a</a> <a href="..">b</a> <a href="#c">c</a>')
    '<a href="../lstm/index.html#backward">a</a> <a href="../index.html">b</a> <a href="#c">c</a>'
    """
    return _LINK.sub(_to_file, html)


def _to_file(match: re.Match[str]) -> str:
    attribute, path, anchor = match.groups(default="")
    last = posixpath.basename(path)
    if not path or path.startswith("/") or last not in ("", ".", ".."):
        return match[0]
    file = posixpath.join(path.rstrip("/") or ".", "index.html").removeprefix("./")
    return f'{attribute}="{file}{anchor}"'


def packed(files: Mapping[str, bytes], first: Mapping[str, bytes] | None = None) -> bytes:
    """Files in an archive, the same bytes each time.

    Args:
        files: by their places in it.
        first: those that stand first and as they are, not made smaller.
    """
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in [*(first or {}).items(), *sorted(files.items())]:
            entry = ZipInfo(name)  # of 1980: no date of today
            entry.compress_type = ZIP_DEFLATED if name in files else ZIP_STORED
            archive.writestr(entry, content)
    return buffer.getvalue()
