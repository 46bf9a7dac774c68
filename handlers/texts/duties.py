"""What staff read who ask, correct themselves, or want what the chat does not do."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.texts import staff, wording
from scheduling.rota import Member, Progress, ShiftView
from scheduling.types import Physician

CALLS = (
    "要打的电话在工作台的“电话名单”页，就诊近的排在前面，打完点“已打”。"
    "停诊的进展也可以发：停诊进度。"
)
AUDIT = "谁做过什么，管理员可以在工作台的“操作记录”页看。刚才那一步要撤回，发：撤销。"
WAITLIST = "谁在候补，在工作台的“候补”页看，里面有每位想要的医生和日子。"
OF_PATIENT = (
    "替患者改约、取消、签到、记缴费或单独通知，请到工作台的“患者”页，按姓名、手机号或证件号查到以后办。"
    "这里没有改动。"
)
MOVED = (
    "不能把整个班次的患者直接改到另一天或另一个半天，没有执行。\n"
    "医生不来：发“停诊 医生 时间”，每位患者会收到通知，自己选新的时间。\n"
    "只是晚一点、早一点开诊（同一个半天里）：发“改时间 医生 时间 9点”。\n"
    "换一位医生看：发“替诊 医生 接替的医生 时间”。"
)
EARLY = (
    "请写明几点以后不看，例如：停诊 张伟 今天上午11点以后。医生自己出诊时，也可以发：提前结束。"
)
EXTRA = (
    "加号请写成一句，先给您看，确认后才加：\n"
    "加号 张伟 明天上午 2\n"
    "给指定的患者：加号 张伟 明天上午 给 李秀英0021"
)
WHICH_AND_WHEN = "请写明哪位医生、哪一天，例如：停诊 张伟 明天上午。"
WHEN = "请写明哪一天，例如：我明天上午请假。只停后半段：我明天上午10点以后不看了。"
NOTHING = "没有等着确认的操作，没有改动。请把要办的事完整说一遍，例如：停诊 张伟 周四上午。"
NO_ROOM = "现在没有找到这位医生在叫号的诊室。看患者名单，发：今天预约 医生姓名。"
NOBODY_STOPPED = "这段时间没有停诊的班次。"
NOBODY_ON_DUTY = "这段时间没有您能看的出诊班次。"
ONLY_OWN = "您只能办自己的班次，没有执行。别的医生的班次，请找服务台。"
_MOST_LINES, _MOST_NAMES = 12, 30


def hello(member: Member) -> str:
    """A member of staff says hello."""
    return (
        f"{member.name}，您好。要办停诊、替诊、加号等，直接说；发“帮助”看都能办什么。"
        "自己要挂号，也照常说。"
    )


def put_aside(title: str) -> str:
    """What waited for its word is not done; what was meant instead was not heard."""
    return f"刚才的{title}没有执行，已经放下。请把要办的事完整再说一遍，例如：停诊 张伟 明天上午。"


def let_go(title: str) -> str:
    """What waited for its word has been left for something else."""
    return f"刚才的{title}没有执行，已经放下。"


def several(clauses: Sequence[str]) -> str:
    """Two acts in one line."""
    listed = "\n".join(clauses)
    return f"一次请说一件事，还没有执行。请一行一次分开发，每次都先给您看影响：\n{listed}"


def misspelt(name: str, alike: Sequence[Physician]) -> str:
    """Nobody is called so; who sounds like it."""
    meant = "、".join(_placed(one) for one in alike)
    return f"没有“{name}”这位医生，没有执行。您说的是不是{meant}？请写对姓名再发一次。"


def which_of_name(doctors: Sequence[Physician]) -> str:
    """Several doctors of one name."""
    meant = "、".join(_placed(one) for one in doctors)
    return f"同名的有{meant}，没有执行。请在姓名前写上科室，再发一次。"


def _placed(one: Physician) -> str:
    return f"{one.site_name}{one.department_name}{one.name}"


def whom_it_concerns(progress: Progress) -> str:
    """How many patients the newest suspension is about."""
    return f"最近一次停诊影响{progress.total}位患者。\n{staff.progress(progress)}"


def unheard(names: Sequence[str], progress: Progress) -> str:
    """Who of a suspension has not answered, masked."""
    if not names:
        return f"没有等答复的患者。\n{staff.progress(progress)}"
    listed = "、".join(names[:_MOST_NAMES])
    more = f"等{len(names)}位" if len(names) > _MOST_NAMES else ""
    return (
        f"还没答复：{listed}{more}。全名和电话在工作台的“停诊进度”页。\n{staff.progress(progress)}"
    )


def stopped(shifts: Sequence[ShiftView]) -> str:
    """Which shifts are suspended."""
    listed = "\n".join(staff.shift(view) for view in shifts[:_MOST_LINES])
    more = f"\n还有{len(shifts) - _MOST_LINES}个。" if len(shifts) > _MOST_LINES else ""
    return f"停诊的班次共{len(shifts)}个：\n{listed}{more}\n要恢复，发：恢复 医生 时间。"


def on_duty(shifts: Sequence[ShiftView]) -> str:
    """Who works when: under each half-day of a site a line for each department."""
    lines: dict[str, dict[str, list[str]]] = {}
    for view in shifts:
        head = f"{wording.clinic_time(view)}，{view.site_name}："
        names = lines.setdefault(head, {}).setdefault(view.department_name, [])
        names.append(view.doctor_name or "普通号")
    return "\n".join(
        "\n".join([head, *(f"{ward} {'、'.join(names)}" for ward, names in wards.items())])
        for head, wards in lines.items()
    )


def no_own_shift(others: Sequence[ShiftView]) -> str:
    """A doctor speaks of a clinic that is not."""
    none = "您那个时间没有班次，没有执行。"
    return staff.elsewhen(none, others) if others else none
