"""What many conversations came to, as text and as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.simulation.judge import DEAD_END, FAULTS, SUCCESS, WRONG_BOOKING, WRONG_PERSON
from tests.simulation.run import Talk
from tests.simulation.speech import TEMPERAMENTS

GOAL_SUCCESS, GOAL_DIGITS = 0.99, 0.95
GOAL_TURNS_FIRST, GOAL_TURNS_RETURNING = 9, 4
_FIRST, _BACK = "#2a7f62", "#3b6ea5"
_NEVER = (WRONG_PERSON, WRONG_BOOKING, DEAD_END)


def success(talks: Sequence[Talk]) -> float:
    """The share that got what they came for, or were told truly that there is none."""
    return sum(t.verdict.kind == SUCCESS for t in talks) / len(talks) if talks else 1.0


def turns(talks: Sequence[Talk], *, first: bool) -> float:
    """
    Median of the messages it took to book, registration included where it was needed.

    Of talks that nothing came into: no reminder, no key, no wish to have it slow and simple.
    """
    counted = [
        t.turns
        for t in talks
        if t.patient.goal.task == "book"
        and t.is_first_time == first
        and t.patient.outcome == "done"
        and not (t.patient.notice or t.patient.keys or t.patient.character.care == "asks")
    ]
    return median(counted) if counted else 0


def meets_goals(talks: Sequence[Talk]) -> bool:
    """Whether all goals are met."""
    faults = Counter(t.verdict.kind for t in talks)
    return (
        success(talks) >= GOAL_SUCCESS
        and not any(faults[kind] for kind in _NEVER)
        and success(_of(talks, "digits")) >= GOAL_DIGITS
        and turns(talks, first=True) <= GOAL_TURNS_FIRST
        and turns(talks, first=False) <= GOAL_TURNS_RETURNING
    )


def _of(talks: Sequence[Talk], temperament: str) -> list[Talk]:
    return [t for t in talks if t.patient.character.temperament == temperament]


def text(talks: Sequence[Talk], seconds: float, *, shown: int = 0) -> str:
    """The figures, every failure with its transcript, and some successes."""
    faults = Counter(t.verdict.kind for t in talks)
    lines = [
        *(_transcript(t) for t in talks if t.verdict.kind != SUCCESS),
        *(_transcript(t) for t in [t for t in talks if t.verdict.kind == SUCCESS][:shown]),
        f"{len(talks)} conversations, {sum(t.turns for t in talks)} messages, {seconds:.0f} s",
        f"success {success(talks):.2%} (goal {GOAL_SUCCESS:.0%})",
        *(f"  {kind}: {faults[kind]}" for kind in FAULTS),
        _medians(talks),
        *_special(talks),
        "temperament    n    success  median turns  not understood",
    ]
    for name in TEMPERAMENTS:
        some = _of(talks, name)
        if some:
            lost = sum(t.patient.misunderstood for t in some) / sum(t.turns for t in some)
            middle = median(t.turns for t in some)
            lines.append(
                f"{name:<12}{len(some):>4}{success(some):>10.1%}{middle:>10g}{lost:>14.1%}"
            )
    return "\n".join(lines) + "\n"


def _special(talks: Sequence[Talk]) -> list[str]:
    """How those fared who have it slow and simple, pressed keys, or were told something."""
    care = [t for t in talks if t.patient.in_care]
    digits = [t for t in care if t.patient.character.temperament == "digits"]
    told = [t for t in talks if t.patient.notice]
    keys: Counter[str] = Counter()
    for talk in talks:
        keys += talk.patient.keys
    pressed = ", ".join(f"{key}: {count}" for key, count in sorted(keys.items())) or "none"
    return [
        (
            f"care mode {len(care)}: {success(care):.1%}; of these by digits alone "
            f"{len(digits)}: {success(digits):.1%}"
        ),
        f"a reminder came in between {len(told)}: {success(told):.1%}",
        f"keys pressed {pressed}",
    ]


def _medians(talks: Sequence[Talk]) -> str:
    new, known = turns(talks, first=True), turns(talks, first=False)
    return (
        f"turns to book, median: first time {new:g} (goal {GOAL_TURNS_FIRST}), "
        f"returning {known:g} (goal {GOAL_TURNS_RETURNING})"
    )


def _transcript(talk: Talk) -> str:
    patient, goal = talk.patient, talk.patient.goal
    head = (
        f"=== {talk.verdict.kind}: {talk.verdict.why} | {patient.character.temperament} "
        f"{goal.task} {goal.person.kin} {goal.person.name} {goal.person.born} | "
        f"{goal.matter.plain[0]} | {goal.when.plain or 'any time'} "
        f"{'flexible' if goal.is_flexible else 'strict'} | "
        f"{'first time' if talk.is_first_time else 'returning'} | {patient.outcome}, "
        f"gave up {[what for what, _ in patient.gave_up]}"
    )
    return "\n".join((head, *talk.lines, ""))


def plot(talks: Sequence[Talk], file: Path) -> None:
    """Length of the conversations and success, for each temperament."""
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "desk", "font.size": 8})
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    long, well = figure.subplots(1, 2, sharey=True, width_ratios=(2, 1))
    for at, name in enumerate(reversed(TEMPERAMENTS)):
        some = _of(talks, name)
        for place, (is_first, colour) in enumerate(((True, _FIRST), (False, _BACK))):
            lengths = [t.turns for t in some if t.is_first_time == is_first]
            long.boxplot(
                lengths,
                positions=[at + 0.18 - 0.36 * place],
                widths=0.3,
                orientation="horizontal",
                showfliers=False,
                whis=(5, 95),
                boxprops={"color": colour},
                whiskerprops={"color": colour},
                capprops={"color": colour},
                medianprops={"color": colour, "linewidth": 2},
                manage_ticks=False,
            )
        well.barh(at, 100 * success(some), color=_FIRST, height=0.6)
    long.set_yticks(range(len(TEMPERAMENTS)), list(reversed(TEMPERAMENTS)))
    long.set_xlabel("messages (5, 25, 50, 75, 95 %)")
    long.plot([], [], color=_FIRST, label="first time, with registration")
    long.plot([], [], color=_BACK, label="returning")
    long.legend(frameon=False, loc="upper right")
    well.set_xlim(90, 100)
    well.axvline(100 * GOAL_SUCCESS, color="black", linewidth=1.2)
    well.set_xlabel("success, %; line: the goal")
    for axes in (long, well):
        axes.spines[["top", "right"]].set_visible(False)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})
