"""Why there is nothing at the time that was asked for, in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from handlers.texts import wording
from scheduling.advice import Hint
from scheduling.offers import Miss
from scheduling.types import AppointmentView

NOT_QUITE = "没有完全合您要求的号。"
_MOMENT = timedelta(microseconds=1)
_SENTENCES = {
    "not_open": "{day}的号还没放出来，{begins}开始可以约。",
    "over": "您说的时间已经过了，或者已经停止预约。",
    "no_clinic": "{day}{who}不出诊。",
    "other_hours": "{day}{who}{begins_at}到{ends_at}看诊，您说的时间不看诊。",
    "none_today": "今天{who}已经没有能约的号了。",
    "no_service": "{day}{who}您要的时间没有您要的这种号。",
    "busy": "{day}这个时间，就诊人已经约了别的号。",
    "kept": (
        "{day}{who}您要的时间，剩下的号留给老人、转诊或家庭医生签约的病人，"
        "没用完的{begins}起大家都能约。"
    ),
    "full": "很抱歉，{day}{who}您要的时间约满了。",
}


def say(miss: Miss | None, when: Sequence[tuple[datetime, datetime]], who: str) -> str:
    """Return the sentence; `who` is the department or doctor, `when` the time asked for."""
    if miss is None:
        return NOT_QUITE
    return _SENTENCES[miss.reason].format(
        day=_day(when),
        who=who,
        begins=wording.moment(miss.begins) if miss.begins else "",
        begins_at=wording.clock(miss.begins) if miss.begins else "",
        ends_at=wording.clock(miss.ends) if miss.ends else "",
    )


def near(hint: Hint, today: date) -> str:
    """东街社区明天上午空闲，从这里步行8分钟: another site that has room."""
    day = hint.starts_at.date()
    when = wording.NEAR_DAYS.get((day - today).days) or wording.day(day)
    way = "步行" if hint.is_walk else "坐车约"
    minutes = max(1, round(hint.minutes))
    return (
        f"{hint.site_name}{when}{wording.half(hint.half_day)}空闲，"
        f"从{hint.from_name}过去{way}{minutes}分钟。"
    )


def none_of(who: str, days: int) -> str:
    """A doctor who has nothing in all the days that can be booked."""
    return f"{who}最近{days}天没有可以约的号了。"


def clash(view: AppointmentView) -> str:
    """The new one does not go together with this one."""
    return f"这个时间和已约的号冲突：{wording.appointment(view)}。冲突的时间不再列出。"


def _day(when: Sequence[tuple[datetime, datetime]]) -> str:
    days = {start.date() for start, _ in when} | {(end - _MOMENT).date() for _, end in when}
    return wording.day(days.pop()) if len(days) == 1 else "您要的那几天，"
