"""What the console says of each patient of a suspended shift."""

from __future__ import annotations

from handlers.texts import wording
from scheduling.rota import Line
from scheduling.types import AppointmentView

STATES = {
    "waiting": "等答复",
    "call": "要打电话",
    "phoned": "打过电话，还没定",
    "accepted": "接受新号",
    "other": "另选了号",
    "returned": "不看了",
    "restored": "拿回原号",
}
OPEN = ("waiting", "call", "phoned")
_WHY = {
    "nothing_free": "同科室能约的日子里没有合适的空号",
    "same_half": "同一个半天",
    "same_day": "同一天，换半天",
    "later": "往后{days}天",
    "sooner": "提前{days}天",
    "same_doctor": "还是这位医生",
    "same_rank": "同级医生",
    "higher": "职称更高的医生",
    "lower": "职称低一级的医生",
    "known_for": "擅长他说的病",
    "other_site": "换院区",
    "was_here": "已到院，优先安排",
    "elderly": "老人，优先安排",
    "moved_before": "以前被改过，优先安排",
}


def why(line: Line) -> str:
    """Why this place: 同一个半天，同级医生，擅长他说的病."""
    days = abs((line.new_at.date() - line.starts_at.date()).days) if line.new_at else 0
    return "，".join(_WHY[name].format(days=days) for name in line.why)


def place(line: Line) -> str:
    """11月26日 周四 上午9:00，总院神经内科，李静; what is not kept any more says so."""
    if line.new_at is None:
        return "没有"
    doctor = line.new_doctor or "普通号"
    text = f"{wording.moment(line.new_at)}，{line.new_place}，{doctor}"
    is_gone = line.line is not None and not line.is_held and line.state in OPEN
    return f"{text}（留号已过时）" if is_gone else text


def until(line: Line) -> str:
    """When silence puts her on the call list."""
    if line.state != "waiting" or line.call_at is None:
        return ""
    return f"{wording.moment(line.call_at)}不回复就打电话"


def given_back(view: AppointmentView) -> str:
    """She does not want any; what she has paid is to be refunded."""
    money = f"已缴{wording.fee(view.paid_fen)}，请办退费。" if view.paid_fen else ""
    return f"已记下：不看了，不算患者取消。{money}"
