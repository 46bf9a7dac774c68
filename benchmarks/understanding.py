"""Understanding a message, beside the parts nobody can do without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from benchmarks import hospital
from benchmarks.measure import Row, cpu_us, interleaved
from benchmarks.places import Places
from bot.turn import open_desk
from bot.vocabulary import Vocabularies
from desk.work import Actor
from nlp import segment, triage
from nlp.understand import understand

# The first messages of stories and of the law: made up, of common length.
TEXTS = (
    "我妈头晕三天了，想挂下周三上午神经内科王建国的号",
    "我自己头晕，挂神经内科",
    "肚子疼，明天能看吗",
    "孩子发烧两天了，挂哪个科",
    "取消预约",
    "我想改到后天下午",
    "停车场在哪",
    "血压145/92要紧吗",
    "1",
    "好的",
    "膝盖疼了半年，上楼更厉害，想找个专家看看",
    "你好",
)


def rows(places: Places) -> Iterator[Row]:
    """Yield the row: the whole ear with the demo hospital's 70 doctors."""
    house = hospital.build(places.database("sqlite"), places.redis_url)
    with open_desk(house, Actor("job", name="bench")) as counter:
        vocabulary = Vocabularies().of(counter.work.directory)
    house.close()
    now = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
    names = {d.name for d in vocabulary.doctors} | {d.name for d in vocabulary.departments}
    longest = max(map(len, names))
    repeated = [text for _ in range(places.sizes.texts // len(TEXTS) + 1) for text in TEXTS]
    cutter = segment.load()

    def ear(number: int) -> None:
        understand(repeated[number], now, vocabulary)

    def parts(number: int) -> None:
        text = repeated[number]
        cutter.lcut(text)
        _longest_matches(text, names, longest)
        triage.score(text)

    for number in range(len(TEXTS)):
        ear(number)
        parts(number)
    samples = interleaved(
        (
            lambda: {"understand": cpu_us(ear, len(repeated))},
            lambda: {"parts": cpu_us(parts, len(repeated))},
        ),
        places.sizes.rounds,
    )
    yield Row(
        work="understand, 70 doctors",
        where="in process",
        unit="µs CPU",
        samples=samples,
        ours=("understand",),
        limit=("parts",),
        goal=5.0,
        facts={"limit is": "jieba.lcut + dictionary + pure-Python model"},
    )


def _longest_matches(text: str, names: set[str], longest: int) -> list[str]:
    found, at = [], 0
    while at < len(text):
        size = next((n for n in range(longest, 1, -1) if text[at : at + n] in names), 0)
        if size:
            found.append(text[at : at + size])
        at += size or 1
    return found
