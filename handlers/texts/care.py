"""
Care mode (关怀模式): the sentences of its own, and those that other sentences become in it.

What a rule can do stands in `handlers.texts.aloud`; here is what needs other words, because the
plain sentence asks for words where a digit must do, or says two things at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from handlers.texts import (
    appointments,
    booking,
    changes,
    common,
    kinds,
    notices,
    refusals,
    registration,
    unheard,
)
from handlers.texts.aloud import aloud

ASK = "以后要不要简单一点？一次只说一件事，按数字就能办。"
ASK_CHOICES = [("要，简单一点", True), ("不用，就这样", False)]
ON = "好的，以后一次只说一件事，按数字就能办。"
BIG = "字要更大，请在微信里点“我”，再点“设置”，打开“关怀模式”。"
OFF = "好的，换回平常的说法。想简单一点，就说“说慢点”。"
KEPT_OFF = "好的，就这样。哪天想简单一点，就说“说慢点”。"

# The menu: what can be done, by digits alone.
WHAT = "还要办什么？"
BOOK = "挂号"
MINE = "看已约的号"
CANCEL = "取消预约"
MOVE = "改时间"
REGISTER = "给家里人登记"
HELP = "我能做什么"
RESTORE = "取消错了，要恢复"
LEAVE = "不用这个简单模式了"
# On the day of the visit.
TODAY: Mapping[str, str] = {
    "check_in": "我到医院了，签到",
    "in_line": "还要等多久",
    "step_in": "我回来了，接着排",
    "step_out": "我出去一下，号留着",
}

# The last lines of every message: what to press.
PICK = "请按数字选。"
TELL = "请打字，或用语音输入。"
# By the kind of answer that is wanted (nlp.heard.Context.asking), where that says more.
HOW: Mapping[str, str] = {
    "symptom": "请打字，或用语音输入，也可以按数字。",
    "id_number": "请打号码，末尾是X的按星号。",
    "phone": "请打11位手机号。",
    "code": "请打6位数字。",
    "birth_date": "请打8位数字，例如1950年3月7号打19500307。",
}
MORE = "看别的按8。"
BACK = "退回按7，再听一遍按9，找人工按0。"
KEYS = "再听一遍按9，找人工按0。"
NOTICE_KEYS = "找人工按0。"
REST = "\n后面还有，按8接着看，找人工按0。"

_ASK_A_PERSON = "是我没弄懂，不怪您。按0有工作人员帮您"
_LIST, _OPEN, _LOST = (unheard.NOT_UNDERSTOOD[place] for place in ("list", "open", "lost"))
INSTEAD: Mapping[str, str] = {
    _LIST[0]: "抱歉，我没听明白。按前面的数字就行。",
    _LIST[1]: "还是没听明白。按一个数字就行，不想办了按7。",
    _LIST[2]: f"{_ASK_A_PERSON}，也可以再选一次。",
    _LIST[3]: "这句我也没懂。按一个数字最快，要人帮忙按0。",
    _OPEN[1]: "还是没听明白，请再答一次。不想办了按7。",
    _OPEN[2]: f"{_ASK_A_PERSON}，也可以再答一次。",
    _OPEN[3]: "这句我也没懂。要人帮忙按0，不办了按7。",
    _LOST[0]: "抱歉，这句我没听明白。",
    _LOST[1]: "还是没听明白。要办什么，按下面的数字。",
    _LOST[2]: f"{_ASK_A_PERSON}。",
    unheard.BESIDES["skip"][1]: "这一步一定要答。不想办了按7，要人帮忙按0。",
    common.PHRASES.stopped: "好的，已经停下，什么都没有改动。",
    common.PHRASES.nothing_to_stop: "好的，现在没有正在办的事。",
    common.PHRASES.restarted: "好的，我们重新开始。",
    common.PHRASES.nothing_to_repeat: "现在没有要您回答的问题。",
    common.NOTHING_OPEN: "好的。",
    common.TROUBLE: "抱歉，系统刚才忙，这句话可能没有处理好。请再说一遍。",
    common.THANKS: "不客气，祝您和家人健康。",
    common.helping().text: (
        "我能帮您挂号，看、改、取消约好的号，给家里人登记。\n"
        "医院在哪、几点看病、多少钱，也可以问我。\n"
        "情况紧急，请马上打120。"
    ),
    appointments.NONE: "您现在没有已约的号。",
    appointments.UNDO: "取消错了，10分钟内可以恢复。",
    appointments.UNDO_OVER: "已经过了10分钟，不能直接恢复了，请重新挂号。",
    changes.WHAT_TO_CHANGE: "好的，您想怎么改？可以说别的日子、别的医生、别的科。",
    booking.TO_CHANGE: "来不了，或要改时间，随时告诉我。",
    booking.CONFIRM: "对吗？",
    registration.AGREE: "同意吗？",
    registration.CONSENT_AGAIN: "同意登记按1，不同意按2。",
    registration.PHONE: "请发一个手机号，停诊、改时间时好通知您。也可以按前面的数字。",
    refusals.OR_NONE: "不想留，按“不留电话”前面的数字。",
    kinds.TO_A_PERSON: "要给工作人员看的，先按0，再发一次。",
    kinds.ENOUGH: "您已经发了很多，先存这些。请等工作人员回复。",
    notices.IF_UNFIT: "不合适请按0。",
    notices.IF_NOT_YOURS: "不是您家取消的，或想另约时间，请按0。",
    notices.GO_ON: "还有问题按0。",
}
# A number in front of what is only told would be pressed.
_NUMBERED = re.compile(r"^\d{1,2}\. ", re.MULTILINE)


def simple(text: str) -> str:
    """Return a text in its simple words, as it is read aloud, with one question at most."""
    text = _NUMBERED.sub("", text)
    for plain, instead in INSTEAD.items():
        text = text.replace(plain, instead)
    # The last question is the one that is open.
    *told, asked = aloud(text).split("？")
    return "？".join(("。".join(told), asked)) if told else asked
