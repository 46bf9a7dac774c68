"""What somebody reads in an emergency: short, first things first, never a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable

from scheduling.types import Ward

# The way back: words about an old story must not lock anybody out.
_PAST = "如果说的是以前的事，请回复“以前的事”。"


def call_120(phone: str) -> str:
    """Call an ambulance now; what a doctor prescribed for such an attack is nobody's to forbid."""
    return _ambulance(
        "请就地休息，身边留人，不要自己开车，先不要吃东西、喝水，也不要另外吃药。\n"
        "医生专门给您开的、发作时用的药（像哮喘喷雾），照医生交代的用。\n"
        "拿不准用不用，打120时马上问。",
        phone,
    )


def low_sugar(phone: str) -> str:
    """Call an ambulance; where sugar may be what helps, nobody is told not to eat."""
    return _ambulance(
        "请就地休息，身边留人，不要自己开车。\n"
        "这可能是低血糖：要不要先吃糖，打120时马上问，照他们说的做。\n"
        "叫不醒的人，不要往嘴里喂东西。",
        phone,
    )


def _ambulance(until_it_comes: str, phone: str) -> str:
    more = f"本院急诊电话：{phone}。\n" if phone else ""
    return (
        "【紧急】您说的情况可能有生命危险，请马上拨打120，不要等挂号。\n"
        f"{until_it_comes}\n{more}{_PAST}"
    )


def go_now(phone: str) -> str:
    """Go to the emergency room now."""
    more = f"急诊电话：{phone}。" if phone else ""
    return (
        "【紧急】这种情况请现在就去医院急诊，急诊不用预约，24小时都看。\n"
        f"{more}如果加重，或人不清醒、喘不上气，马上拨打120。\n"
        f"请带上身份证、医保卡和正在吃的药。{_PAST}"
    )


def crisis_line(phone: str) -> str:
    """Somebody may hurt themselves."""
    more = f"也可以打本院电话：{phone}。" if phone else ""
    return (
        "听到您这么说，我很担心您。您愿意说出来，很重要。\n"
        "如果已经伤害了自己，或现在就有危险，请马上拨打120或110。\n"
        "想找人说说，请拨打心理援助热线12356，有人会听您说。\n"
        f"{more}请找一位信任的人陪着您，先不要一个人待着。您的话已经转给工作人员。{_PAST}"
    )


def crisis_of_other(phone: str) -> str:
    """Somebody of the family may do it: whoever writes is told what to do beside them."""
    more = f"也可以打本院电话：{phone}。" if phone else ""
    return (
        "听您这么说，我很担心。请现在就陪在身边，不要让人一个人待着。\n"
        "已经受伤、吃了药，或马上要做傻事，请马上拨打120或110。\n"
        "药、刀、绳子请收好，离窗户和楼顶远一点。\n"
        "该怎么说、怎么陪，可以打心理援助热线12356问。\n"
        f"{more}您的话已经转给工作人员。{_PAST}"
    )


def crisis_nearer(phone: str) -> str:
    """Somebody who spoke of it before says more: the means, or a farewell."""
    more = f"本院电话：{phone}。" if phone else ""
    return (
        "您的话我很担心，您的安全比什么都要紧。\n"
        "药、刀、绳子要是就在身边，请马上交给身边的人，或者走到离它远的地方。\n"
        "已经吃了药、伤了自己，或现在就有危险，请马上拨打120或110。\n"
        "请现在就打心理援助热线12356，有人会听您说；叫一位信任的人过来陪您。\n"
        f"{more}您的话已经转给工作人员。{_PAST}"
    )


GOOD = "好的，没有危险就好。如果是刚刚才好转，也请尽快去急诊看看。"
BETTER = "好一些了，也请尽快去急诊看看；再有不对，马上拨打120。"
FIRST = "刚才您说的情况可能有危险：如果还没有联系120或去急诊，请先去，不要等挂号。"
TODAY = "您说的情况最好今天就看医生，不要拖。如果突然加重，请直接去急诊或拨打120。"
# What to do, and not to do, until then; by the row of nlp/lexicon/redflags.tsv.
UNTIL_THEN = {
    "rf33": "刚烫着的，先用流动的清水冲。",
    "rf34": "要不要打破伤风针，请当面问医生。",
    "rf35": "先别吃东西，别吞饭团、别喝醋。",
    "rf36": "别揉眼睛。",
}
_ROOM, ALL_DAY, _BETWEEN = "急诊", "24小时", "；"


def _is_open_all_day(hours: str) -> bool:
    """Tell whether a site's hours say so of its emergency room."""
    return any(_ROOM in part and ALL_DAY in part for part in hours.split(_BETWEEN))


def today(rows: Iterable[str]) -> str:
    """A doctor should see it today, whichever rows of the table say so."""
    return TODAY + "".join(UNTIL_THEN.get(row, "") for row in rows)


def emergency_room(ward: Ward, opens: str) -> str:
    """Where one is seen today without a place, when none is left."""
    at = f"（{ward.location}）" if ward.location else ""
    hours = f"，{ALL_DAY}都看" if _is_open_all_day(opens) else ""
    return f"今天约不到号了。今天就看，请直接去{ward.site_name}{ward.name}{at}，不用预约{hours}。"


# Beside a new matter, once, after a crisis.
CRISIS_FIRST = "心里难受、熬不住的时候，随时可以打12356，有人听您说；有危险请打120或110。"
# After 「以前的事」, where somebody told of ending it, or of what they took.
CRISIS_OVER = (
    "没有危险就好，谢谢您告诉我。\n"
    "心里难受、一个人扛不住的时候，随时可以打心理援助热线12356，有人听您说。\n"
    "想请医生帮忙，跟我说“挂心理科”就行。"
)
# A bare no, where it was asked whether anything has happened.
CRISIS_NO = (
    "没有伤着自己就好。请找一位信任的人陪着您。\n"
    "心里难受、一个人扛不住的时候，随时可以打12356，有人听您说；有危险请打120或110。\n"
    "想接着挂号，说“接着挂”。"
)
# Somebody beaten at home is no complaint to sort: help first, then the wounds.
_BEATEN = (
    "听到您挨了打，我很担心您。这不是您的错。\n"
    "现在有危险，请马上打110，先到安全的地方。\n"
    "{line}"
    "身上有伤，请直接去医院急诊，不用预约，24小时都看；伤得重，打120。\n"
    "要挂号，随时告诉我看哪个科。"
)
ASSAULTED = (
    "发生这样的事，不是您的错，我很担心您。\n"
    "现在有危险，或要报警，请打110，先到安全的地方。\n"
    "请尽快去医院急诊，不用预约，24小时都看；可以跟护士说想单独谈。\n"
    "去之前尽量先不洗澡、不换洗衣服。\n"
    "想找人说说，可以打心理援助热线12356，或妇女维权热线12338。"
)
AT_EMERGENCY = "好的，到了就好，听急诊医生的安排。这边有要办的，随时告诉我。"
_WOMENS_LINE = "想找人商量，可以打妇女维权热线12338，多在工作日接听。\n"
LONELY = (
    "您别一个人扛着。想找人说说，可以打心理援助热线12356，有人会听您说。\n"
    "想请医生帮忙，跟我说“挂心理科”就行。"
)


def beaten(*, is_man: bool) -> str:
    """Somebody is beaten at home; the women's hotline is for women and their children."""
    return _BEATEN.format(line="" if is_man else _WOMENS_LINE)
