"""The site as a folder on a disk: its links lead to files, and its scripts run without a server.

A browser loads no module and no worker from a disk. They go, as texts, into one plain script, which
has the browser import them all the same: see offline.js. Python cannot be run in this way: a
program, open.py, serves the folder to who wants that, and there the same pages load what is there.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

__all__ = ["OPENER", "folder_files", "folder_links", "packed"]

_LINK = re.compile(r'\b(href)="([^":#?]*)(#[^"]*)?"')
_META = re.compile(
    r'(<meta (?:name="moved" content="|http-equiv="refresh" content="0; url=))([^"]*)(")'
)
_PLACE = re.compile(r"((?:\.\./)+(?:[\w.-]+/)*)(?=#|&#34;|&quot;|$)")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_MODULE = re.compile(
    r'<script(?=[^>]* type="module")[^>]* '
    r'src="((?:\.\./)*)assets/[0-9a-f]{12}/([^"]+)"[^>]*></script>'
)
_BUNDLE = re.compile(r'<script src="[^"]*assets/javascripts/bundle[^>]*></script>')
_OWN = re.compile(r"(assets/[0-9a-f]{12})/(.+\.js)")
_THEME = re.compile(r"assets/javascripts/workers/search\.\w+\.min\.js")
_IMPORT = re.compile(r"(\bfrom\s*|\bimport\s*|\bimport\()([\"`])(\.\.?/[^\"`]+)\2")
_SHIM = Path(__file__).with_name("offline.js")
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


def folder_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a site as they are in a folder.

    Args:
        files: of the built site, by their places in it.
    """
    made = dict(files)
    for name, content in files.items():
        if name.endswith(".html"):
            made[name] = _page(folder_links(content.decode())).encode()
    found = [match for name in files if (match := _OWN.fullmatch(name)) is not None]
    modules = {match[2]: files[match[0]].decode() for match in found}
    (assets,) = {match[1] for match in found}
    (theme,) = filter(_THEME.fullmatch, files)
    given = {
        "assets": assets,
        "modules": {f"book/{name}": _bare(name, text) for name, text in modules.items()},
        "search": _inlined("search/worker.js", modules),
        "theme": files[theme].decode(),
    }
    shim = _SHIM.read_text(encoding="utf-8")
    made["assets/offline.js"] = f"{{ const given = {_literal(given)};\n{shim}}}\n".encode()
    index = json.loads(files["search/search_index.json"])
    made["search/search_index.js"] = f"var __index = {_literal(index)};\n".encode()
    sections = json.loads(files["search/sections.json"])
    for section in sections:
        path, sign, anchor = section["location"].partition("#")
        section["location"] = f"{path}index.html{sign}{anchor}"
    text = _literal(json.dumps(sections, ensure_ascii=False))
    made["search/sections.js"] = f"window.bookSections = {text};\n".encode()
    return made


def _literal(given: object) -> str:
    return json.dumps(given, ensure_ascii=False)


def _page(html: str) -> str:
    """A page whose modules come by a plain script; without a policy, which would refuse them."""
    html = _META.sub(_to_files, _POLICY.sub("", html))
    found = list(_MODULE.finditer(html))
    if not found:
        return html
    names = " ".join(dict.fromkeys(f"book/{match[2]}" for match in found))
    shim = f'<script src="{found[0][1]}assets/offline.js" data-modules="{names}"></script>'
    html = _MODULE.sub("", html)
    bundle = _BUNDLE.search(html)
    place = bundle.start() if bundle else html.index("</head>")
    return html[:place] + shim + html[place:]


def _to_files(match: re.Match[str]) -> str:
    """The places that a page that has moved leads to."""
    return match[1] + _PLACE.sub(r"\1index.html", match[2]) + match[3]


def _bare(name: str, text: str) -> str:
    """A module that imports others by their names in the import map."""
    folder = posixpath.dirname(name)
    text = text.replace("import.meta.url", f'"http://book.invalid/{name}"')

    def named(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("book", folder, match[3]))
        return f"{match[1]}{match[2]}{path}{match[2]}"

    return _IMPORT.sub(named, text)


def _inlined(name: str, modules: Mapping[str, str]) -> str:
    """A script with the modules that it imports inside of it, as addresses that hold them."""
    folder = posixpath.dirname(name)

    def held(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, match[3]))
        inner = quote(_inlined(path, modules), safe="")
        return f'{match[1]}"data:text/javascript;charset=utf-8,{inner}"'

    return _IMPORT.sub(held, modules[name])


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
