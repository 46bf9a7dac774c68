"""How people put things: each temperament its own way of saying the same."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tests.simulation.goals import Goal
from tests.simulation.people import KIN

TEMPERAMENTS = (
    "plain", "digits", "storyteller", "corrector", "dialect", "typos", "voice", "impatient",
    "forgetful",
)  # fmt: skip

# What a hand or an ear mistakes for another; the tongue does not hear the difference.
_SLIPS = (
    ("挂号", "挂好"), ("挂号", "瓜号"), ("挂个号", "挂各号"), ("头晕", "头运"), ("头疼", "头腾"),
    ("膝盖", "西盖"), ("咳嗽", "咳嗖"), ("皮肤", "皮夫"), ("上午", "上舞"), ("下午", "下五"),
    ("下周", "下州"), ("明天", "名天"), ("后天", "后田"), ("医生", "一生"), ("大夫", "大福"),
    ("预约", "预月"), ("眼睛", "眼镜"), ("耳朵", "耳多"), ("牙疼", "牙腾"), ("失眠", "失棉"),
    ("血压", "血鸭"), ("血糖", "血唐"), ("胃疼", "位疼"), ("腰疼", "要疼"), ("感冒", "赶冒"),
    ("不舒服", "不舒胡"), ("内科", "内课"), ("骨科", "股科"), ("眼科", "眼可"), ("儿科", "儿可"),
    ("想挂", "相挂"), ("我妈", "我吗"), ("老婆", "老破"), ("女儿", "女而"),
)  # fmt: skip
_FILLERS = ("嗯", "那个", "就是", "呃", "这个")
_NUMERALS = "零一二三四五六七八九十"
_ORDINALS = ("第一个", "第二个", "第三个", "第四个", "第五个")
_PUNCTUATION = re.compile(r"[，。？！、,.?!]")
CARE = ("我老了不会弄", "说慢点", "字太小了，看不清", "我不会用这个手机", "讲慢一点嘛")
ASIDES = (
    "停车方便吗", "要带什么证件", "挂号费多少钱", "你们几点上班", "医院地址在哪", "能用医保吗",
)  # fmt: skip
IMPATIENCE = ("快点", "快一点行不行", "怎么这么慢", "在吗", "？")
STORIES = (
    "我跟你说啊，{who}前阵子一直挺好，这几天不知道怎么回事{matter}，我们离医院远，想先把号定下来{when}",
    "麻烦问一下，{who}{matter}，想着过两天就好了，邻居都说看看放心，我不会弄手机，您帮我挂个号{when}",
    "{who}{matter}有一段时间了，在药店买了点药吃也不见好，女儿让我来你们医院看看{when}",
)
NAMED_STORIES = (
    "你好，麻烦你了，{who}以前在你们医院看过，觉得挺好的，这次想挂{matter}的号{when}",
    "我们家离得远，来一趟不容易，想{to_who}先约一个{matter}{when}，不知道还有没有",
)


def who_of(goal: Goal, rng: random.Random, temperament: str) -> str:
    """What the patient is called; nothing where somebody speaks for himself."""
    kin = KIN[goal.person.kin]
    return rng.choice(kin.dialect if temperament == "dialect" else kin.plain)


def opening(goal: Goal, rng: random.Random, temperament: str) -> list[str]:
    """The first message; some people need two for it."""
    if temperament == "digits":
        return [rng.choice((*goal.matter.plain, "挂号", "我要挂号"))]
    who = who_of(goal, rng, temperament)
    when = _when(goal, temperament)
    matter = rng.choice(goal.matter.dialect if temperament == "dialect" else goal.matter.plain)
    is_complaint = goal.matter.kind == "complaint"
    if temperament == "storyteller":
        stories = STORIES if is_complaint else NAMED_STORIES
        tail = f"，最好是{when}" if when else ""
        to_who = f"给{who}" if who not in ("", "我", "俺") else ""
        return [rng.choice(stories).format(who=who, matter=matter, when=tail, to_who=to_who)]
    if temperament == "impatient" and rng.random() < 0.5:
        lead = f"{who}{matter}" if is_complaint else f"挂{matter}"
        return [lead, when or "快点"] if rng.random() < 0.7 else [lead]
    if rng.random() < 0.12:
        return [rng.choice(("你好", "挂号", "我要挂号", "您好，挂个号"))]
    return [_plainly(rng, who, matter, when, is_complaint=is_complaint)]


def _plainly(rng: random.Random, who: str, matter: str, when: str, *, is_complaint: bool) -> str:
    if is_complaint:
        wish = rng.choice(
            (f"，想挂{when or '个'}{'的' * bool(when and not when.endswith('的'))}号",
             f"，{when}能看吗" if when else "", f"，挂{when or '个'}号")
        )  # fmt: skip
        return f"{who}{matter}{wish}"
    named = "" if who in ("", "我", "俺") else f"给{who}"
    joined = rng.choice(
        (f"{named}挂{when}{matter}的号", f"{named}挂{matter}{when}的号",
         f"{named}想挂{matter}，{when}", f"{named}约一个{matter}{when}")
    )  # fmt: skip
    return joined.replace("的的", "的").rstrip("，")


def _when(goal: Goal, temperament: str) -> str:
    return goal.when.dialect if temperament == "dialect" else goal.when.plain


def restated(goal: Goal, temperament: str, *, lacking: str) -> str:
    """The wish again, in few words: what it is about, or when."""
    if lacking == "when" and goal.when.plain:
        return f"要{_when(goal, temperament)}".removesuffix("的") + "的"
    if goal.matter.kind == "complaint":
        return goal.matter.plain[0]
    return f"挂{goal.matter.plain[0]}"


def correction(rng: random.Random, aspect: str, goal: Goal) -> str:
    """A change of mind, after it."""
    if aspect == "when":
        words = goal.when.plain.removesuffix("的")
        return rng.choice(("不对，是{}", "还是{}吧", "等一下，改成{}", "说错了，{}")).format(words)
    if aspect == "who":
        who = KIN[goal.person.kin].plain[-1]
        if goal.person.kin == "self":
            return rng.choice(("不对，是给我自己看的", "是我自己看", "弄错了，给我自己挂"))
        return rng.choice(("不对，是给{}看的", "是给{}挂，不是我", "弄错了，给{}挂")).format(who)
    words = goal.matter.plain[0]
    return rng.choice(("不对，还是挂{}", "换成{}吧", "算了，挂{}")).format(words)


def choice(rng: random.Random, number: str, label: str, temperament: str) -> str:
    """An option chosen by typing or speaking."""
    place = int(number)
    if temperament in ("digits", "impatient", "typos", "corrector", "plain"):
        return number
    if temperament == "voice":
        return rng.choice((_ORDINALS[(place - 1) % 5], f"选{_NUMERALS[place % 11]}", number))
    if temperament == "dialect":
        return rng.choice(
            (f"{_ORDINALS[(place - 1) % 5]}嘛", number, f"就{_ORDINALS[(place - 1) % 5]}")
        )
    short = re.split(r"[，（(]", label)[0]
    return rng.choice((_ORDINALS[(place - 1) % 5], number, short if len(short) <= 10 else number))


def spoken(text: str, rng: random.Random, temperament: str) -> str:
    """Free words as they arrive: mistyped, or as a telephone wrote down what it heard."""
    if temperament == "typos" and rng.random() < 0.7:
        slips = [slip for slip in _SLIPS if slip[0] in text]
        return text.replace(*rng.choice(slips), 1) if slips else text
    if temperament == "voice":
        text = _PUNCTUATION.sub("", text)
        text = re.sub(r"(\d{1,2})(?=点)", lambda n: _numeral(int(n[1])), text)
        return rng.choice(_FILLERS) + text if rng.random() < 0.5 else f"{text}。"
    return text


def _numeral(number: int) -> str:
    if number <= 10:
        return _NUMERALS[number]
    return f"十{_NUMERALS[number - 10]}" if number < 20 else str(number)


def written_name(rng: random.Random, name: str, temperament: str) -> str:
    """A name, when one was asked for."""
    if temperament == "storyteller":
        return rng.choice((f"叫{name}", f"{name}", f"名字是{name}"))
    if temperament == "voice":
        return rng.choice((f"{name}。", f"叫{name}。", name))
    return name


def written_number(rng: random.Random, number: str, temperament: str) -> str:
    """An identity number, in groups where it was dictated."""
    if temperament in ("voice", "storyteller") and rng.random() < 0.5:
        return f"{number[:6]} {number[6:14]} {number[14:]}"
    return number.lower() if temperament == "typos" else number


def slipped(rng: random.Random, number: str) -> str:
    """An identity number with one wrong or missing figure."""
    at = rng.randrange(6, 16)
    if rng.random() < 0.5:
        return number[:at] + number[at + 1 :]
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


def among(options: Sequence[str], rng: random.Random) -> str:
    """One of some sayings."""
    return rng.choice(list(options))
