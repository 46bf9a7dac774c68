"""The rules of the house in plain words, for who asks about them: from the site's own policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time, timedelta

from handlers.texts import ranks, screen, wording
from handlers.texts.common import PRIVACY
from handlers.texts.visits import MISSED_RULE
from scheduling.policy import Policy


def _clock(value: time) -> str:
    return f"{value.hour}:{value.minute:02d}"


def _blocked(count: int | None, window: timedelta, block: timedelta) -> str:
    """What so many of them come to, where the site counts them."""
    if count is None:
        return ""
    return f"{window.days}天内满{count}次，停{block.days}天的网上预约，窗口还能挂。"


def release(policy: Policy) -> str:
    """From when until when places can be booked."""
    return (
        f"可以约{policy.days_ahead}天以内的号，每天{_clock(policy.release_at)}放出最后一天的。"
        f"当天的号，就诊前{wording.span(policy.same_day_closes)}停止预约。"
    )


def limits(policy: Policy) -> str:
    """How many places one may have."""
    return (
        f"一位患者一天最多{policy.daily_limit}个号，还没看的一共最多{policy.total_limit}个。"
        "同一个科，同一个半天只能约一个。"
    )


def proxy(policy: Policy) -> str:
    """Booking for somebody else."""
    return (
        "可以给家人挂号，本人不用到场。先说“添加就诊人”，登记家人的姓名和证件。"
        "号要挂在看病的人自己名下，看病那天请本人带上证件。"
    )


def cancelling(policy: Policy) -> str:
    """What giving a place back costs, and when it is marked."""
    marks = _blocked(
        policy.late_cancels_allowed, policy.late_cancel_window, policy.late_cancel_block
    )
    return (
        "取消预约不收费。"
        f"前一天{_clock(policy.free_cancel_until)}以前取消，不会有记录；"
        f"刚约好{wording.span(policy.free_cancel_within)}以内，也不会有记录。"
        f"再晚也能取消，会记一次临时取消。{marks or '现在只记录，不影响您再约。'}"
    )


def absence(policy: Policy) -> str:
    """Who has booked and does not come."""
    marks = _blocked(policy.no_shows_allowed, policy.no_show_window, policy.no_show_block)
    told = f"约了没来，{marks}" if marks else "约了没来，现在不会停您的预约。"
    return f"{told}来不了请提前说“取消预约”，号好让给别人。"


def moving(policy: Policy) -> str:
    """Another time, another doctor."""
    return (
        "改时间不另收费，说“改时间”就行，也可以换同科的医生。"
        "定下新的时间，原来的号才退；没改成，原来的号还在。已经签到的不能改。"
    )


def waitlist(policy: Policy) -> str:
    """What waiting for a place is, and how it goes."""
    return (
        "候补就是约满时先排着，有人退号按先后留给您。候补不收费，也不保证有号。"
        f"有号时通知您，留{wording.span(policy.offer_lives)}，"
        f"夜里的留到早上{_clock(policy.offer_night_until)}；"
        f"不答复就让给下一位。前一天{_clock(policy.waitlist_closes)}截止。"
        f"一位患者最多同时候补{policy.waitlist_limit}个，要候补说“候补”。"
    )


def check_in(policy: Policy) -> str:
    """When and how one says that one is here."""
    return (
        f"看病当天{_clock(policy.check_in_opens)}起可以签到，人到了医院说“签到”。"
        f"签到后才会叫号。晚到{wording.span(policy.late_after)}以内还按约的时间排，"
        "再晚排在已经到的人后面。签到后要走开，说“我出去一下”，号给您留着。"
    )


def queue(policy: Policy) -> str:
    """Who is called before whom, and what becomes of who is not there."""
    usual = policy.discipline("", "")
    return "\n".join((screen.rule(usual), MISSED_RULE, ranks.rule(usual)))


def human(policy: Policy) -> str:
    """How a person is reached; the hours are told by who is asked."""
    return "要找工作人员，回复“人工”就行，不另收费。没人值班时先记下，上班后联系您。"


def family(policy: Policy) -> str:
    """Who may be registered with whom."""
    return (
        f"一个微信最多登记{policy.patients_per_account}位就诊人，"
        f"一位就诊人最多登记在{policy.accounts_per_patient}个微信里，每人用自己的证件。"
        f"不满{policy.child_under_years}岁的由家长登记。"
        "添加说“添加就诊人”，不要了说“解绑就诊人”。"
    )


def privacy(policy: Policy) -> str:
    """What is kept, and for how long."""
    return f"{PRIVACY}聊天记录到期自动清除，看过病的记录按规定至少保存15年。"


RULES: Mapping[str, Callable[[Policy], str]] = {
    "release": release,
    "limits": limits,
    "proxy": proxy,
    "cancelling": cancelling,
    "absence": absence,
    "moving": moving,
    "waitlist": waitlist,
    "check_in": check_in,
    "queue": queue,
    "human": human,
    "family": family,
    "privacy": privacy,
}
