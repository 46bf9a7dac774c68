"""The sentences around questions that a notice asked."""

from __future__ import annotations

from handlers.texts import wording
from scheduling.types import AppointmentView, Outlook

TITLES = {"reminder": "就诊提醒", "suspended": "停诊改约", "offer": "候补有号"}
WHICH = "刚才来了一条通知，您的回复是答哪一个？请再回复数字："
WHICH_TITLE = "刚才的通知"
COMING = "按时来"
MOVE = "改时间"
CANCEL = "来不了，取消"
TAKE_IT = "就改到这个时间"
OTHER_TIME = "另选时间"
GIVE_BACK = "不看了"
GIVEN_BACK = "好的，已经退掉，不算您取消。需要时再来挂号。"
KEPT_THEN = "您说的时间，正好有这个给您留着的号："
KEPT_MEANWHILE = "好的，另选一个。给您留的号还在，您选定了别的时间，就不再留它。"
NOT_NOW = "好的，先不定，什么都没有改动。想好了告诉我：要留着的号、另选时间，还是不看了。"
# What is no answer yet, and what is said to it before the question comes again.
NO_ANSWER = {
    "why_stopped": "医生为什么停诊，我这里查不到，给您添麻烦了。号怎么办，还要请您选一个：",
    "received": "好的。号还没有改，还要请您选一个：",
    "upset": "给您添麻烦了，很抱歉。还要请您选一个：",
    "rude": "给您添麻烦了，很抱歉。还要请您选一个：",
    "any": "我们不替您改，请您选一个：",
    "thanks": "不客气。还要请您选一个：",
    "no": "这个号不合适的话，是另选时间，还是不看了？",
    "deny": "这个号不合适的话，是另选时间，还是不看了？",
}
NOT_FOUND = "没有找到这个号，可能已经处理过了。看已约的号，回复“我的预约”。"
SEE_YOU = "好的，到时见。请带身份证或医保码。"


def go_on_with(title: str) -> str:
    """The matter that was open before the notice came."""
    return f"接着办{title or '刚才的事'}"


def coming(view: AppointmentView) -> str:
    """Ask again what the reminder asked."""
    return f"您约的号：{wording.appointment(view)}。您能按时来吗？回复数字："


def instead(old: AppointmentView | None, offered: AppointmentView | None) -> str:
    """Ask again what the notice of a suspension asked."""
    was = f"原来约的{wording.moment(old.opening.starts_at)}停诊。" if old is not None else ""
    if offered is None:
        return f"{was}现在没有为您留着的号，您可以另选时间，回复数字："
    at = offered.opening
    place = f"{at.site_name}{at.department_name}，{wording.doctor(at)}"
    more = "，".join(filter(None, (place, at.room, wording.price(at))))
    return f"{was}为您留着：{wording.moment(at.starts_at)}，{more}。回复数字："


def put(old: AppointmentView, offered: AppointmentView | None) -> str:
    """The same question where it stands alone, with its digits."""
    choices = [OTHER_TIME, GIVE_BACK] if offered is None else [TAKE_IT, OTHER_TIME, GIVE_BACK]
    lines = [f"{number}. {label}" for number, label in enumerate(choices, 1)]
    return "\n".join([instead(old, offered), *lines])


def is_back(old: AppointmentView) -> str:
    """The doctor comes after all, while something else was looked for."""
    return (
        f"医生又能出诊了，您原来的号还有效：{wording.appointment(old)}。\n"
        "没有再约别的号。想改到别的时间，请回复“改时间”。"
    )


def taken(view: AppointmentView, outlook: Outlook) -> str:
    """The new place is hers."""
    done = f"已改好：{wording.appointment(view)}。预约号：{view.code}。"
    return "\n".join(filter(None, (done, wording.outlook(outlook))))
