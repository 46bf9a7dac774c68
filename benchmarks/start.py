"""From the command to the first answer, and what a worker keeps in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import mean

from benchmarks import hospital, messages
from benchmarks.measure import Row, interleaved
from benchmarks.places import Places
from benchmarks.processes import pss_mb
from benchmarks.web import serving

_WORKERS = 4
_PEOPLE = 64
_FIRST_PERSON = 1_000_001


def rows(places: Places) -> Iterator[Row]:
    """Yield both rows; the floor is Flask with jieba's dictionary, loaded before the fork too."""
    engine = places.sizes.turn_engines[0]
    url = places.database(engine)
    house = hospital.build(url, places.redis_url)
    hospital.people(house, _FIRST_PERSON, _PEOPLE)
    house.close()
    environment = hospital.environment(url, places.redis_url)

    def measure(name: str, application: str, *, talks: bool) -> Mapping[str, float]:
        with serving(application, environment, workers=_WORKERS) as web:
            if talks:  # a worker that has never worked is smaller than any in a hospital
                openids = (hospital.openid(_FIRST_PERSON + n) for n in range(_PEOPLE))
                web.cpu_us([messages.push(each, "我头疼，挂哪个科") for each in openids], _PEOPLE)
            return {
                f"{name} first answer": web.first_answer_seconds,
                f"{name} memory": mean(map(pss_mb, web.workers)),
            }

    samples = interleaved(
        (
            lambda: measure("desk", "wsgi:app", talks=True),
            lambda: measure("Flask + jieba", "benchmarks.floor_flask:app", talks=False),
        ),
        places.sizes.starts,
    )
    yield Row(
        work="first answer after start",
        where=f"gunicorn, {_WORKERS} workers",
        unit="s",
        samples=samples,
        ours=("desk first answer",),
        limit=("Flask + jieba first answer",),
        goal=1.3,
    )
    yield Row(
        work="memory per worker (PSS)",
        where=f"gunicorn, {_WORKERS} workers, preload, {engine}",
        unit="MB",
        samples=samples,
        ours=("desk memory",),
        limit=("Flask + jieba memory",),
        goal=1.6,
    )
