"""`characters-updates`: the LSTM of `characters-attention` for as many updates as attention has.

There both have the same time, in which the LSTM has more of them. Here it learns from the same
windows as attention does, as often, at a rate of its own, sought in the same way; its rate falls
to 0 over these updates. It is judged on validation alone, and the test set is not read.

The metrics, means over the seeds: `bits` on validation, `seconds` of the processor, `updates`,
`rate`, `rate_at_end`; and `difference`, what attention has recorded less that, seed by seed, with
the interval that holds it with 95 in 100.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from backprop import load_king_james
from experiments import characters, characters_attention
from experiments.characters import bits, updates
from experiments.comparison import paired_difference
from experiments.grid import best_of
from experiments.record import RESULTS, Number, Result
from experiments.repeats import SEEDS, summary


@dataclass(frozen=True)
class Settings(characters_attention.Settings):
    """Those of `characters-attention`, with attention's updates for the LSTM."""

    updates: int = characters_attention.Settings.attention_updates


def run(
    _checkpoints: Path,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
    text: str | None = None,
) -> Result:
    """Finds the rate, and trains from each seed; a text may be given."""
    start = time.perf_counter()
    given = characters.corpus(load_king_james() if text is None else text, settings)
    known, _ = characters_attention.without_test(given, settings)
    side = characters_attention.sides(settings)["lstm"]
    scores = characters_attention.seek(side, given, known, settings)
    rate, at_end = best_of(scores)
    found: list[dict[str, Number]] = []
    for seed in seeds:
        model = side.make(len(given.alphabet), settings, seed)
        began = time.process_time()
        for _ in updates(model, known, rate, side.updates, settings):
            pass
        seconds = time.process_time() - began
        found.append({"bits": bits(model, given.held, side.judged), "seconds": seconds})
        print(f"  seed {seed}: {found[-1]['bits']:.4f} bits", flush=True)
    means, by_seed = summary(found)
    recorded = json.loads((RESULTS / "characters-attention.json").read_text(encoding="utf-8"))
    theirs = recorded["by_seed"]["attention_bits"][: len(seeds)]
    return Result(
        metrics={
            "updates": side.updates,
            "rate": rate,
            "rate_at_end": int(at_end),
            **means,
            **paired_difference(theirs, by_seed["bits"]).metrics("difference"),
        },
        curve={},
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=[{"rate": each, "bits": round(scores[each], 4)} for each in sorted(scores)],
        by_seed=by_seed,
    )
