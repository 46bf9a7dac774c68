"""Every sentence of handlers/texts, said with typical facts."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone

import handlers.texts
from dialogue.options import CARE_PAGE
from dialogue.phrases import Phrases
from dialogue.reply import Option, Reply
from handlers.texts import notices
from scheduling import errors, staff_errors
from scheduling.disciplines import Discipline
from scheduling.errors import Refusal

CHINA = timezone(timedelta(hours=8))
AT = datetime(2026, 12, 2, 9, 30, tzinfo=CHINA)
# Not said to patients: web pages, orders of the staff, the rules themselves, parts of sentences.
NOT_SAID = frozenset(
    {"subscribe", "console", "planning", "rooms", "screen", "staff", "calling", "aloud",
     "wording", "broadcasts", "suspensions", "shift_orders"}
)  # fmt: skip
# Facts by the name of the argument, where its type says too little.
NAMED: Mapping[str, object] = {
    "relation": "mother",
    "kind": "resident_id",
    "concern": "chest_pain",
    "name": "神经内科",
    "words": ("头晕", "恶心"),
    "names": ("神经内科", "心血管内科", "耳鼻喉科"),
    "phone": "0000-5550100",
    "hours": "周一至周五 8:00-17:00",
    "hospital": "云川市第一综合医院",
    "when": " 12月2日 周三 上午",
    "why": "很抱歉，12月2日 周三骨科您要的时间约满了。",
    "odd": "",
    "discipline": Discipline(),
    "minutes": 10,
    "fee_fen": 2000,
    "least_fen": 2000,
    "most_fen": 3000,
    "status": "booked",
    "patient_name_masked": "李*英",
    "masked_name": "李*英",
    "masked_document": "110***********0021",
    "department_name": "神经内科",
    "doctor_name": "周一鸣",
    "site_name": "云川市第一综合医院",
    "title": "主任医师",
    "half_day": "am",
    "service_type": "expert",
    "room": "3诊室",
    "location": "门诊楼5楼B区",
    "code": "PN6MGWEK",
    "label": "A012",
    "state": "waiting",
    "expertise": ("眩晕", "头痛"),
    "way": "wechat",
    "which": "evening",
    "values": {
        "name": "李秀英", "relation": "mother", "sex": "f", "birth_on": "1950-03-07",
        "kind": "resident_id", "number": "110101195003070021", "phone": "13800138000",
    },
    "payload": {
        "patient": "李*英", "starts_at": AT.isoformat(), "site": "云川市第一综合医院",
        "department": "神经内科", "doctor": "周一鸣", "room": "3诊室", "code": "PN6MGWEK",
        "text": "请周三上午9:00来，带上病历。", "offer_at": AT.isoformat(),
        "offer_doctor": "周一鸣", "offer_site": "云川市第一综合医院",
        "offer_department": "神经内科", "what": "linked",
        "first": "2026-12-02", "last": "2026-12-04", "label": "A012", "ahead": 3,
        "words": "{姓名}您好，周三上午改在3号楼看诊。",
    },
}  # fmt: skip


REFUSALS = [
    kind
    for room in (errors, staff_errors)
    for kind in vars(room).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
]


class Payload(dict[str, object]):
    """What a notice is told with; an instant or a number where nobody thought of one here."""

    def __missing__(self, name: str) -> object:
        return AT.isoformat() if name.endswith(("at", "until")) else 2


# Arguments that must be one of a table.
OF: Mapping[str, Mapping[str, object]] = {
    "triage.inquiry": {"name": "part"},
    "common.resume": {"title": "挂号"},
    "prompts.go_on_with": {"title": "挂号"},
}


_SIMPLE: Mapping[type, object] = {
    str: "头晕", int: 5, float: 0.5, bool: True, datetime: AT, date: AT.date(), time: AT.time(),
    timedelta: timedelta(minutes=30),
}  # fmt: skip


def sample(hint: object, name: str = "") -> object:
    """A typical value of a type."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return sample(next(a for a in args if a is not types.NoneType), name)
    if name in NAMED and (origin is None or not isinstance(NAMED[name], str)):
        return NAMED[name]
    if origin is not None:
        return _several(origin, args, name)
    if isinstance(hint, type) and issubclass(hint, Refusal):
        return errors.TotalLimit(limit=6)
    if dataclasses.is_dataclass(hint):
        kinds = typing.get_type_hints(hint)
        return hint(**{f.name: sample(kinds[f.name], f.name) for f in dataclasses.fields(hint)})
    return _SIMPLE.get(hint, 1)


def _several(origin: object, args: tuple[object, ...], name: str) -> object:
    if origin is typing.Literal:
        return NAMED.get(name, args[0])
    if origin is tuple:
        inner = [a for a in args if a is not Ellipsis]
        return tuple(sample(a) for a in (inner * 2 if Ellipsis in args else inner))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {}
    return [sample(args[0]), sample(args[0])]


def texts() -> Iterator[tuple[str, Reply]]:
    """Each sentence with its name: constants, tables of them, and functions called."""
    for module in pkgutil.iter_modules(handlers.texts.__path__):
        if module.name in NOT_SAID:
            continue
        room = importlib.import_module(f"handlers.texts.{module.name}")
        for name, thing in vars(room).items():
            if inspect.isfunction(thing) and thing.__module__ == room.__name__:
                if not name.startswith("_"):
                    yield from _calls(f"{module.name}.{name}", thing)
            elif name.isupper() or name.startswith("_"):
                yield from _constants(f"{module.name}.{name}", thing)


def _constants(name: str, thing: object) -> Iterator[tuple[str, Reply]]:
    if isinstance(thing, str) and "{" not in thing and _is_sentence(thing):
        yield name, Reply(thing)
    elif _is_choices(thing):
        yield from _pages(name, thing)
    for key, value in _inside(thing):
        yield from _constants(f"{name}.{key}", value)


def _inside(thing: object) -> Iterable[tuple[object, object]]:
    if isinstance(thing, Phrases):
        return dataclasses.asdict(thing).items()
    if isinstance(thing, Mapping):
        return thing.items()
    return enumerate(thing) if isinstance(thing, tuple) else ()


def _is_choices(thing: object) -> bool:
    """Tell whether these are (label, value) pairs."""
    return isinstance(thing, list) and all(isinstance(one, tuple) for one in thing)


def _pages(name: str, choices: list[tuple[str, object]]) -> Iterator[tuple[str, Reply]]:
    """The choices as they are shown: a few at a time."""
    for first in range(0, len(choices), CARE_PAGE):
        labels = [label for label, _ in choices[first : first + CARE_PAGE]]
        yield f"{name}.{first}", Reply("", tuple(Option(label, "1") for label in labels))


def _is_sentence(text: str) -> bool:
    return text.endswith(tuple("。？！：”"))


def _calls(name: str, function: object) -> Iterator[tuple[str, Reply]]:
    hints = typing.get_type_hints(function)
    hints.pop("return", None)
    if name == "refusals.say":
        for kind in REFUSALS:
            yield f"{name}.{kind.__name__}", Reply(function(kind(limit=6, until=AT, opens_at=AT)))
        return
    if name == "notices.render":
        for kind in notices._TEXTS:
            yield f"{name}.{kind}", Reply(function(kind, Payload(NAMED["payload"])))
        return
    if name == "facts.facts_of":
        return
    switches = [arg for arg, hint in hints.items() if hint is bool]
    for value in (True, False) if switches else (None,):
        given = {arg: sample(hint, arg) for arg, hint in hints.items()}
        given |= dict.fromkeys(switches, value) | OF.get(name, {})
        said = function(**given)
        if _is_choices(said):
            yield from _pages(name, said)
        else:
            yield name, said if isinstance(said, Reply) else Reply(said)
