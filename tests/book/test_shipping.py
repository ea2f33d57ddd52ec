"""What the site ships and states: versions in addresses, licences, a policy."""

import base64
import hashlib
import re
from html import unescape
from pathlib import Path

from book.made.assets import of_this_version
from book.made.licences import licence_page, text_name, works
from book.made.policy import policy, with_policy

ROOT = Path(__file__).parents[2]


def test_whatever_changes_in_what_a_page_runs_has_another_address() -> None:
    own = {"book.js": b'import "./make.js"', "run/worker.js": b'import "../pyodide/x.mjs"'}
    shipped = {"pyodide/x.mjs": "one", "run/library.zip": b"two"}
    folder, files = of_this_version(own, shipped)
    pyodide = next(name for name in files if name.endswith("x.mjs"))
    assert set(files) == {
        pyodide,
        *(f"{folder}/{name}" for name in ("book.js", "run/worker.js", "run/library.zip")),
    }
    assert files[f"{folder}/run/worker.js"] == f'import "../../{pyodide.removeprefix("assets/")}"'
    for change in ({"book.js": b"other"}, {"more.js": b""}):
        other, found = of_this_version({**own, **change}, shipped)
        assert other != folder
        assert pyodide in found  # it is large, and is fetched anew only if it has changed
    for change in ({"pyodide/x.mjs": "other"}, {"run/library.zip": b"other"}):
        assert of_this_version(own, {**shipped, **change})[0] != folder


def test_styles_find_their_fonts_from_their_own_folder() -> None:
    folder, files = of_this_version({"book.css": b'src: url("fonts/math.woff2")'}, {})
    assert files[f"{folder}/book.css"] == 'src: url("../fonts/math.woff2")'


def test_the_policy_has_the_hashes_of_scripts_and_of_nothing_else() -> None:
    script = "\n  let a = '<b>';\n"
    page = (
        '<!doctype html><html><head>\n<meta charset="utf-8">\n<title>x</title>'
        f'<script>{script}</script><script type="module">1</script><script src="a.js"></script>'
        '<script type="application/json">{}</script>'
        "</head><body></body></html>"
    )
    out = with_policy(page, "https://packages.example")
    start = '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="'
    assert start in out
    stated = unescape(out.partition(start)[2].partition('"')[0])
    assert re.findall("sha256-([^']+)", stated) == [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, "1")
    ]
    scripts = re.search(r"script-src ([^;]*)", stated)
    assert scripts is not None
    assert "unsafe-inline" not in scripts[1]
    assert "connect-src 'self' https://packages.example;" in stated
    assert "connect-src 'self';" in policy([], "")


def test_every_work_has_its_licence_and_each_text_is_there() -> None:
    found = list(works(ROOT / "node_modules"))
    page = licence_page(found, policy([], ""))
    for name in ("Pyodide", "CPython", "STIX", "Material", "MNIST", "CSI 300", "GloVe"):
        assert any(work.name.startswith(name) and work.licence for work in found), name
    texts = [work for work in found if work.text is not None]
    assert len({text_name(work) for work in texts}) == len(texts) >= 6
    for work in texts:
        assert work.text is not None
        assert "ermission" in work.text.read_text(encoding="utf-8") or work.licence != "MIT"
        assert f"(assets/licences/{text_name(work)})" in page
