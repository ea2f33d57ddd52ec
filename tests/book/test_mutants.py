"""Recording what came of mutated equations."""

import json
from types import SimpleNamespace

from book import mutants
from book.known.mutants import RECORD, recorded


def test_what_others_record_meanwhile_is_kept(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    for name in ("one", "other", "third"):
        (tmp_path / f"docs/{name}.md").write_text("$$\na = a\n$$\n")
    path = tmp_path / RECORD
    path.parent.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def mutate(page):
        others = {"docs/other.md": {"total": 7}, "docs/gone.md": {"total": 9}}
        path.write_text(json.dumps({"pages": others}))
        return SimpleNamespace(ok=True, total=3, killed=3, accepted=[])

    monkeypatch.setattr(mutants, "mutate_file", mutate)
    assert mutants.main(["docs/one.md"]) == 0
    found = recorded(tmp_path)
    assert sorted(found) == ["docs/one.md", "docs/other.md"]
    assert found["docs/other.md"] == {"total": 7}
    assert found["docs/one.md"]["killed"] == 3
