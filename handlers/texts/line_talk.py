"""What who is in line is answered when she asks something besides how long still."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from handlers.texts import ranks, screen, visits, wording
from scheduling.disciplines import Discipline
from scheduling.visit import Standing

ELSEWHERE = "排着号想换医生、换诊室，请到分诊台：有合适的就转过去，排队号不变，不用重新挂号。"
LOST = "排队号记在系统里，纸条丢了也照叫，不用补。"
SCREEN = (
    "叫号屏每个诊室只显示接下来的几位，名字中间用*代替，排得靠后还看不到自己。"
    "屏幕不动时，以这里说的为准。"
)
PHONE = "手机没电也照样叫您。请记住排队号，坐在能看到叫号屏的地方；怕听不到，跟分诊台说一声。"
ABSENT = "医生有事走开会在这里和叫号屏上说，现在还没有收到。等了一阵还没人，请问分诊台。"
RUSH = "赶时间，请到分诊台说一声，能不能先看由分诊台定。等不了，说“取消预约”，再挂别的时间。"
LATER = "走开一下，说“我出去一下”，号给您留着。今天不看了，说“取消预约”，再挂别的时间。"
STEP_OUT = "要走开，说“我出去一下”，这会儿就不叫您。"
DESK = "这个请问分诊台，那里最清楚。"
RESULTS_LATE = "号给您留着，拿到结果回来说“我回来了”，接着给您排。"
NOT_IN_TIME = "那之前拿不到，请到分诊台问怎么办。"
ANOTHER = "想另外挂一个号，说“挂号”和要看的科。"
COMING = "赶不上也不要紧。"


def told_when_near(ways: Collection[str], standings: Sequence[Standing]) -> str:
    """Who fears to miss the call: how she will know."""
    return (
        f"{visits.near(ways)}叫到时，叫号屏上有您的排队号。{STEP_OUT}\n"
        f"{visits.MISSED_RULE}\n{visits.all_stand(standings)}"
    )


def worse(standings: Sequence[Standing]) -> str:
    """Who waits and feels worse does not wait for her number."""
    return f"{ranks.WORSE}急的，分诊台让您先看；身边没有人，打120。\n{visits.all_stand(standings)}"


def ill(standings: Sequence[Standing], words: Sequence[str], *, is_grave: bool) -> str:
    """Who waits and tells a complaint: whom to tell of it; the number stays as it is."""
    told = f"您说{''.join(f'“{word}”' for word in words)}，" if words else ""
    lead = f"{told}请现在就告诉分诊台。" if is_grave else f"{told}看病时也请告诉医生。"
    return f"{lead}\n{worse(standings)}\n{ANOTHER}"


def long(standings: Sequence[Standing]) -> str:
    """Who has waited too long for her taste: we are sorry, and this is how it stands."""
    return f"让您久等了，对不起。\n{visits.all_stand(standings)}\n{ranks.WORSE}"


def elsewhere(standings: Sequence[Standing]) -> str:
    """Who waits and wants another doctor."""
    return f"{ELSEWHERE}\n{visits.all_stand(standings)}"


def until(standings: Sequence[Standing]) -> str:
    """How long the doctors see patients whom this family waits for."""
    return "\n".join(
        f"{visits.place(one.ticket)}：这个班次到{wording.clock(one.ends_at)}。签了到的都会看，"
        "看不完的另作安排。"
        for one in standings
        if one.ends_at is not None
    )


def rules(disciplines: Mapping[str, Discipline], standings: Sequence[Standing]) -> str:
    """How her departments (by name) call, who goes before others, and where she stands by it."""
    said = (screen.of_each(disciplines.items(), say) for say in (screen.rule, ranks.rule))
    return "\n".join((*chain.from_iterable(said), *map(visits.stands, standings)))


def not_missed(standings: Sequence[Standing]) -> str:
    """Who fears to have missed the call has not."""
    return f"您没有过号。\n{visits.all_stand(standings)}"


def and_stands(lead: str, standings: Sequence[Standing]) -> str:
    """A plain sentence, and where all of them stand."""
    return f"{lead}\n{visits.all_stand(standings)}"


def absent(standings: Sequence[Standing]) -> str:
    """Nobody is seen in the room: whether we were told so, and whom to ask."""
    is_told = any(one.delayed_until is not None for one in standings)
    return visits.all_stand(standings) if is_told else and_stands(ABSENT, standings)


def later(standings: Sequence[Standing]) -> str:
    """Who wants to come in the afternoon, or to let others go first."""
    return "\n".join(filter(None, (until(standings), LATER)))


def away(standings: Sequence[Standing]) -> str:
    """Who is out and says that it takes longer: the number is kept, and how long."""
    return "\n".join(filter(None, (visits.STILL_AWAY, until(standings))))


def results_late(standings: Sequence[Standing]) -> str:
    """Who waits for results that take their time: nothing is lost while the doctor is there."""
    return "\n".join(filter(None, (RESULTS_LATE, until(standings), NOT_IN_TIME)))


def coming(standings: Sequence[Standing]) -> str:
    """Who is called and is not at the door yet."""
    return f"{visits.all_stand(standings)}\n{COMING}{visits.MISSED_RULE}"


def agreed(ways: Collection[str], standings: Sequence[Standing]) -> str:
    """Who only says 好, as she was asked to: how she will be told, and where she stands."""
    return f"好的。{visits.near(ways)}\n{visits.all_stand(standings)}"


def where(standings: Sequence[Standing]) -> str:
    """The way to each room."""
    return "\n".join(visits.room(one.ticket) for one in standings)
