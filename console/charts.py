"""Charts of the planning pages as plain geometry; a template draws it as SVG, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.advice import LineAdvice, TemplateAdvice

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 44
_HOUR = 60
# Gridlines at most, and the steps they may have.
_LINES, _STEPS = 5, (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 960)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of the view box; `kind` is expected or seen."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a curve; `kind` is best, now or rule."""

    x: float
    y: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything on one chart; `lines` are heights of gridlines."""

    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    lines: tuple[Label, ...] = ()
    below: tuple[Label, ...] = ()
    curve: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def waits(line: LineAdvice) -> Chart:
    """Return the hours of a line: two bars each, the wait that is expected and the one seen."""
    expected = {hour.begins: hour.wait for hour in line.forecast.hours}
    seen = {hour.begins: hour.wait for hour in line.seen}
    busy = {hour.begins: hour.busy for hour in line.forecast.hours}
    hours = sorted({*expected, *seen})
    scale = _Scale(max(*expected.values(), *seen.values(), 0.0), HEIGHT - _BOTTOM, _TOP)
    wide = (WIDTH - _LEFT - _RIGHT) / len(hours)
    bars, below = [], []
    for place, begins in enumerate(hours):
        x = _LEFT + place * wide
        for side, (kind, found) in enumerate((("expected", expected), ("seen", seen))):
            if begins in found:
                y, at = scale.at(found[begins]), x + wide * (0.12 + 0.4 * side)
                title = f"{found[begins]:.0f}"
                bars.append(Bar(at, y, wide * 0.36, scale.zero - y, kind, title))
        below.append(Label(x + wide / 2, scale.zero + 16, f"{begins // _HOUR}:00"))
        if begins in busy:
            below.append(Label(x + wide / 2, scale.zero + 34, f"{busy[begins]:.0%}"))
    return Chart(bars=tuple(bars), lines=scale.lines(), below=tuple(below))


def trade_off(advice: TemplateAdvice) -> Chart:
    """Return the curve: a patient's wait above what it costs the doctor."""
    marked = [("now", advice.now), ("rule", advice.rule)]
    points = [*(("best", point) for point in advice.curve), *marked]
    spent = [point.cost.doctor for _, point in points]
    upright = _Scale(max(p.cost.wait for _, p in points), HEIGHT - _BOTTOM, _TOP)
    along = _Scale(max(spent), _LEFT, WIDTH - _RIGHT)
    dots = [
        Dot(along.at(x), upright.at(point.cost.wait), kind, f"{point.cost.wait:.0f}")
        for (kind, point), x in zip(points, spent, strict=True)
    ]
    below = tuple(Label(mark.y, HEIGHT - _BOTTOM + 16, mark.text) for mark in along.lines())
    best = sorted((dot.x, dot.y) for dot in dots if dot.kind == "best")
    return Chart(
        dots=tuple(dots),
        lines=upright.lines(),
        below=below,
        curve=" ".join(f"{x:.1f},{y:.1f}" for x, y in best),
    )


class _Scale:
    """Minutes from 0 to a round number, laid between two coordinates."""

    def __init__(self, most: float, zero: float, top: float) -> None:
        self._step = next((s for s in _STEPS if s * _LINES >= most), _STEPS[-1])
        self._count = max(1, -int(-most // self._step))
        self.zero, self._top = zero, top

    def at(self, value: float) -> float:
        """Return the coordinate of so many minutes."""
        return self.zero + (self._top - self.zero) * value / (self._count * self._step)

    def lines(self) -> tuple[Label, ...]:
        """Return the round numbers; `y` is their coordinate."""
        marks: Sequence[int] = range(0, (self._count + 1) * self._step, self._step)
        return tuple(Label(0, self.at(mark), str(mark)) for mark in marks)
