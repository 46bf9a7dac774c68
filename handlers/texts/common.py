"""Greetings, repairs, help: the sentences around every conversation."""

from __future__ import annotations

from dialogue.phrases import Phrases
from dialogue.reply import Reply

NOTHING_OPEN = "好的。需要挂号，告诉我哪里不舒服就行；看已约的号，说“我的预约”。"

# Whoever only spoke of an act is told that none was done.
NOTHING_DONE = "好的，这件事没有替您办，什么都没有改动。"
NOTHING_CHANGED = f"{NOTHING_DONE}约好的号都照旧。有要办的事，直接告诉我就行。"

PHRASES = Phrases(
    nothing_open=NOTHING_OPEN,
    stale="您点的是前面的选项，已经过去了。请看现在的问题：",
    stopped="好的，已经停下，什么都没有改动。需要时随时叫我，说哪里不舒服就行。",
    nothing_to_stop="好的，现在没有正在办的事。需要挂号，告诉我哪里不舒服就行。",
    restarted="好的，我们重新开始。您哪里不舒服？或者说“挂号”“我的预约”。",
    restarting="好的，我们从头再来，刚才选的都不算。",
    first_step="已经是第一步了。",
    nothing_to_repeat="现在没有要您回答的问题。需要挂号，告诉我哪里不舒服就行。",
    resumed="我们接着办刚才的事：",
    more="还有别的，回复“更多”查看。",
    trouble="抱歉，这一步没办成，什么都没有改动。请重新说一遍，或回复“人工”。",
)

TROUBLE = "抱歉，系统刚才忙，这句话可能没有处理好。请再说一遍；想看号约好没有，请说“我的预约”。"


def trouble(error_id: str) -> str:
    """The apology for a turn that broke, with the number its traceback has in the log."""
    return f"{TROUBLE}（{error_id}）"


MENU_TITLE = "选要办的事"
MENU_BOOK = "挂号"
MENU_MINE = "我的预约"
MENU_HUMAN = "人工服务"


def hello(hospital: str) -> str:
    """The first line to somebody new, and to who greets while something is going on."""
    return f"您好，这里是{hospital}。"


def welcome(hospital: str) -> str:
    """What a new follower reads: what I can do, in three lines."""
    return (
        f"{hello(hospital)}\n"
        "看病挂号，直接告诉我哪里不舒服、想哪天来，例如：“我妈头晕，想挂下周三上午的号”。\n"
        "打字、回数字都行，不用填表。情况紧急请立即拨打120。\n"
        "常用的有，回复数字："
    )


CHOOSE = "回复数字选一项："
OR_CHOOSE = "也可以回复数字选一项："


def greeting(hospital: str) -> str:
    """Answer to a hello."""
    return f"{hello(hospital)}您哪里不舒服？也可以回复数字选一项："


def helping() -> Reply:
    """What I can do, with examples to copy."""
    return Reply(
        "您可以这样跟我说：\n"
        "“头晕，想挂明天上午的号”——挂号\n"
        "“我的预约”——查看已约的号\n"
        "“取消预约”“改时间”——退号、改期\n"
        "“添加就诊人”——给家人登记\n"
        "“人工”——找工作人员\n"
        "办到一半：说“返回”回上一步，“退出”不办了，“再说一遍”重听。",
    )


THANKS = "不客气，祝您和家人健康。还有什么要帮忙的吗？"
THANKS_BUSY = "不客气。"
TAKE_CARE = "请您保重，有要办的事随时叫我。"
BYE = "再见，祝您和家人健康。有事随时叫我。"
BYE_BUSY = "好的，先到这里。刚才的事还没办完，想接着办，说“继续”。再见，祝您和家人健康。"
BOT = "我是医院的自动助手，不是真人，也不看病开药，只帮您挂号和办手续。要找工作人员，回复“人工”。"

REST = "\n（回复“更多”查看余下内容）"

PRIVACY = (
    "您的信息加密保存，只用于挂号和就诊通知，不给别人。"
    "要看存了什么，说“我的资料”；要删除，说“删除我的资料”；要一份副本，说“导出我的资料”。"
)

NOT_YET = {
    "report": "检查报告请凭身份证到自助机打印，或咨询服务台，我这里暂时查不到。",
    "record": "病历请带身份证到病案室办理，我这里暂时查不到。",
    "consult": "我不能看病开药，要问医生请先挂号。",
    "education": "这类健康问题我不能代替医生回答。",
    "reading": "数值收到，但我不能判断病情。数值不正常或人不舒服，请尽快看医生。",
    "extra": "加号要由医生当面决定，我这里和网上都加不了，请就诊当天早点到诊室问医生。"
    "也可以先候补，有人退号就留给您，说“候补”就行。",
    "staff": "这句我办不了。",
}


def english(phone: str, *, is_busy: bool) -> str:
    """For who writes English: which digits to press, and a person to ring."""
    call = f", or call {phone}" if phone else ""
    keys = "with a number" if is_busy else "1 to book, 2 for your appointments, 3 for staff"
    return (
        f"Sorry, I know little English. Reply {keys}{call}. Emergency: 120.\n"
        "抱歉，英文我只懂一点，请回复数字。"
    )


RESUME_CHOICES = [("继续", True), ("不用了", False)]


def resume(matter: str, title: str) -> str:
    """Ask whether to go on after a long silence; `matter` says more than `title`, if known."""
    what = f"想{matter}" if matter else f"的“{title}”" if title else "的事"
    return f"刚才{what}，还没办完，还要继续吗？回复数字："
