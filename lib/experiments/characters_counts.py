"""`characters-counts`: tables of counts on the three parts of the text of `characters-attention`.

They count in the part to train on; how much each leans on the one for a character less is chosen on
validation; and they are judged on the test set, as the networks of `characters-attention` were.

The metrics, for tables that know the last n characters: `bits.n` on validation, `test_bits.n` on
the test set, `strength.n` of the lean, and `entries.n`, how many counts it takes, those of all the
shorter tables that it leans on among them.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from backprop import load_king_james
from experiments import characters, characters_attention
from experiments.record import Number, Result


@dataclass(frozen=True)
class Settings(characters_attention.Settings):
    """Those of `characters-attention`, but for strengths that go on beyond the best."""

    strengths: tuple[float, ...] = tuple(2.0**power for power in range(11))


def run(_checkpoints: Path, settings: Settings = Settings(), text: str | None = None) -> Result:
    """Counts, chooses on validation, and tests; a text may be given."""
    start = time.perf_counter()
    given = characters.corpus(load_king_james() if text is None else text, settings)
    known, test = characters_attention.without_test(given, settings)
    found = characters.tables(known, [given.held, test], len(given.alphabet), settings)
    columns: dict[str, Sequence[Number]] = {
        "bits": [table.bits[0] for table in found],
        "test_bits": [table.bits[1] for table in found],
        "strength": [table.strength for table in found],
        "entries": list(accumulate(table.entries for table in found)),
    }
    return Result(
        metrics={
            f"{name}.{order}": value
            for name, values in columns.items()
            for order, value in enumerate(values)
        },
        curve={},
        seeds=(),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
    )
