"""Searches and shares against their chapter, at its own random values; its story, by the ledger."""

import json
from pathlib import Path

import numpy as np
import pytest

from backprop import search, shares
from experiments.comparison import student_t
from experiments.readings import readings

ROOT = Path(__file__).parents[2]
CHAPTER = "hyperparameters"
DRAWS = range(4)


class Drawn(np.random.Generator):
    """Draws what it was told to."""

    def __init__(self, number):
        super().__init__(np.random.PCG64())
        self._number = number

    def random(self, size):
        return np.full(size, self._number)


def drawn(values):
    rng = Drawn(values["u"])
    return search.log_uniform(values["low"], values["high"], 1, rng=rng)[0]


def grid(values):
    """The grid's numbers, for as many as fit the count; the chapter's i and k are any numbers."""
    low, high, shift = (values[name] for name in ("low", "high", "shift"))
    return search.log_grid(low, high, 5, shift=shift), low * (high / low) ** (
        (np.arange(5) + shift) / 5
    )


def booleans(values, *names):
    return [values[name].astype(bool) for name in names]


CODE = {
    "eq:log-uniform": drawn,
    "eq:share-error": lambda values: (
        values["right"].mean(),
        shares.share_error(*booleans(values, "right")),
    ),
    "eq:paired-difference": lambda values: shares.paired_shares(
        *booleans(values, "first", "second")
    )[0],
    "eq:paired-error": lambda values: shares.paired_shares(*booleans(values, "first", "second"))[1],
}


def test_every_mark_is_covered(marked):
    assert {*CODE, "eq:log-grid", "eq:mcnemar-z"} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


def test_mcnemars_z_is_that_of_the_chapter_where_two_networks_disagree(chapter):
    disagreed = 0
    for draw in range(6):
        values = chapter(CHAPTER, "eq:mcnemar-z", draw=draw)
        wanted = values("z")
        computed = shares.mcnemar(*booleans(values, "first", "second"))
        if values["b"] + values["c"]:
            disagreed += 1
            np.testing.assert_allclose(computed, wanted)
    assert disagreed >= 3


@pytest.mark.parametrize("draw", DRAWS)
def test_the_grid_is_that_of_the_chapter(chapter, draw):
    computed, wanted = grid(chapter(CHAPTER, "eq:log-grid", draw=draw))
    np.testing.assert_allclose(computed, wanted)


def test_what_is_said_of_students_t_and_of_the_early_readings():
    text = (ROOT / f"docs/chapters/{CHAPTER}.md").read_text(encoding="utf-8")
    assert f"Student's t says {student_t(0.975, 4):.2f}" in text
    first_day = [r for r in readings() if r.experiment == "mnist-cnn"][:4]
    assert len({reading.date for reading in first_day}) == 1
    errors = [int(reading.note.partition(" ")[0]) for reading in first_day]
    assert errors == [88, 82, 80, 80]
    assert first_day[0].settings != first_day[1].settings
    assert len({reading.settings for reading in first_day[1:]}) == 1
    assert "88 errors, then 82 with *other settings*, then 80, and 80 again" in text


def test_what_the_chapter_says_of_the_searches_holds():
    content = json.loads((ROOT / "data/results/hyperparameters.json").read_text())
    metrics, curve = content["metrics"], content["curve"]
    for count in (4, 9, 16, 25):
        assert metrics[f"gain_{count}_low"] < 0 < metrics[f"gain_{count}_high"]
    for count in (16, 25):  # "half a point at most"
        assert max(-metrics[f"gain_{count}_low"], metrics[f"gain_{count}_high"]) < 0.005
    assert metrics["random_4_std"] > 2 * metrics["grid_4_std"]
    assert 0.25 < 3 * metrics["near"] < 0.35  # "about three searches of ten"
    assert metrics["grid_9_near"] > 1.5 * 3 * metrics["near"]
    for count in (4, 9):
        assert abs(metrics[f"random_{count}_near"] - metrics[f"predicted_{count}_near"]) < 0.05
    for count in (16, 25):
        assert metrics[f"random_{count}_near"] < metrics[f"predicted_{count}_near"] - 0.1
    gap = metrics["random_25_optimism"] - metrics["random_4_optimism"]
    assert abs(gap) < 0.2 * metrics["random_4_optimism"]
    for kind in ("random", "grid"):
        rates, found = (np.array(curve[f"{kind}_{name}"]) for name in ("rate", "accuracy"))
        assert np.all(found[rates > 1] < 0.25)
    assert metrics["first_z"] > 2
    assert metrics["seeds_low"] > 0
    seeds = metrics["seeds_high"] - metrics["seeds_low"]
    assert seeds > 2 * 1.96 * metrics["first_error_paired"]
    grid = content["settings"]["width_rates"]
    for width in ("narrow", "wide"):
        assert grid[0] < metrics[f"{width}_rate"] < grid[-1]
