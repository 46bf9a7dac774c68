"""What the pages of the staff say when something is wrong or done; their labels are theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.texts import appointments, wording
from scheduling.types import AppointmentView

NOT_LET_IN = "姓名或密码不对。连错5次要等15分钟。忘了密码，请管理员发一个新的一次性码。"
WRONG_CODE = "一次性码不对，或已经用过、过期。请管理员再发一个。"
STALE_PAGE = "页面放得太久了，请重新登录再试一次，刚才的操作没有执行。"
BAD_INVITATION: Mapping[str, str] = {
    "name": "请写姓名，不超过60个字。",
    "taken": "已经有同名的员工，登录和操作记录会分不清。请加科室或工号，例如“刘护士长（外科）”。",
    "role": "请选角色。",
    "doctor": "医生要写排班里的医生代码，其他人不写；代码要和排班里的一样。",
    "site": "没有这个机构代码，要和排班里的一样，例如 GH。管全院的不写。",
    "elsewhere": "这位医生不在这个机构出诊，请核对医生代码和机构代码。",
}
NOT_ONESELF = "不能移除自己，请另一位管理员来办。"
REMOVED = "已移除{name}，不能再登录，也不能再发指令。"
WRONG_PAGES: Mapping[int, str] = {
    400: "填的内容有空的或读不懂的，没有执行。请用浏览器的后退键回去改，填过的还在。",
    403: "这一页不归您的角色看。",
    404: "没有找到这一页，可能已经没有了。",
}
# In the preview of an import a shift's places are those of all its slots together.
SUMMED: Mapping[str, str] = {"每段号数": "全班次号数", "微信号数": "全班次微信号数"}
DONE = "已办好。"
GONE = "没有找到，可能别人刚刚处理过。"
STATES = {
    "booked": "已预约",
    "checked_in": "已到院",
    "completed": "已就诊",
    "no_show": "未到",
    "excused": "未到，免记",
    "held": "留号中",
    "cancelled": "已取消",
    "rescheduled": "已改约",
    "expired": "留号过时",
    "published": "出诊",
    "suspended": "停诊",
}
CANCEL_REASONS = appointments.REASONS
NOT_FILLED_IN = "请把证件选好、号码填好，并确认证件已核对、已告知用途。出生日期要写成日期。"
REGISTERED = "已登记。可以挂号了。"
ON_FILE = "这位患者以前登记过，用原来的记录，没有改动；手机号换了的，请在下面“换手机号”。"
PHONE_CHANGED = "手机号已换，以后的通知和验证码发到新号。"
LINK_ENDED = "已解除。这个微信不能再看、也不能再办这位患者的号。"
SAY_WHY = "请写为什么要看，才能显示完整信息。"
PAID = "已记下缴费。"
NOT_PAID = "已去掉缴费记号。"
BAD_CANNED = "请写标题和内容，标题不要和已有的重复，内容不超过600字。"
DEEDS = {"answer": "回复", "transfer": "转交", "close": "结束"}
HANDED = {"image": "图片", "voice": "语音", "file": "文件"}
BAD_FILE = "请选一个 CSV 或 XLSX 文件，不超过2兆。"
FILE_ERRORS = "文件里有下面的问题，什么都没有改动。改好后再选一次。"
MOVED_ON = "看过预览以后，排班或预约又有变动。请再核对一遍下面的改动。"
KINDS = {
    "sites": "机构",
    "villages": "村居",
    "departments": "科室",
    "doctors": "医生",
    "shifts": "班次",
}
MODES = {"clinic": "门诊", "remote": "线上"}
NO_POLICY_FILE = (
    "还没有规则文件，用的是默认规则。请在设置里写 POLICY_FILE（一个 TOML 文件，可以是空的），"
    "重启后在这里改。"
)
DIFFERING = {
    "only_ours": "只有我们有",
    "only_theirs": "只有对方有",
    "status": "状态不同",
    "paid": "缴费不同",
}
_BAD_LINES = {
    "encoding": "文件不是 UTF-8 编码，请另存为“CSV UTF-8”",
    "columns": "缺“预约号”或“状态”这一列",
    "code": "预约号空着，或重复了",
    "status": "状态不认识",
    "paid": "缴费应是整数，单位分",
    "long": "行数太多，请分成几次",
}
TOO_LARGE = "内容太大，没有接收。文件不要超过2兆，可以分成几次。"
BUSY = "系统正忙，没有办成，什么都没有改动。请再试一次。"
TOO_OFTEN = "这个地址错得太多了，请过几分钟再试。还没成功，请联系管理员。"
WRONG_STEP = "动态码不对或已用过。请等验证器换一个新的6位数字再填；连错5次要等15分钟。"
STEP_ON = "动态码已打开，下次登录要用。"
STEP_OFF = "动态码已关掉。"
STEP_PICTURE = "动态码的二维码"
SEXES = {"m": "男", "f": "女"}
DOCUMENTS = {
    "resident_id": "居民身份证",
    "hmt_residence": "港澳台居民居住证",
    "hm_permit": "港澳居民来往内地通行证",
    "tw_permit": "台湾居民来往大陆通行证",
    "foreign_permanent": "外国人永久居留身份证",
    "passport": "护照",
    "birth_certificate": "出生医学证明",
    "guardian": "监护人证件（新生儿）",
}
REASONS = ("患者来电核对", "窗口核对证件", "要打电话通知", "家属查询，已核对关系")
CHANNELS = {"chat": "微信", "api": "其他系统", "window": "窗口"}
LINKS = {"own": "本人登记，未核对", "pending": "未核对", "verified": "已核对"}
ROLES = {"admin": "管理员", "desk": "服务台", "doctor": "医生"}
BAD_AUDIENCE = "请选通知谁：班次要在单子里点选，日期要写全，从前到后。"
NO_NAME = "请写分组名称。"
EXPORT = ("患者", "状态", "渠道", "发出时间", "说明")
ACTS = {
    "draft": "写通知",
    "broadcast": "确认发通知",
    "approve": "批准通知",
    "pause": "暂停通知",
    "go_on": "继续通知",
    "call_off": "取消通知",
    "group": "患者分组",
    "invite": "邀请员工",
    "code": "发一次性码",
    "bind": "绑定微信",
    "password": "设置密码",
    "locked": "密码错误锁定",
    "remove": "移除员工",
    "suspend": "停诊",
    "resume": "恢复出诊",
    "look": "查看患者名单",
    "arrive": "记录到院",
    "call": "电话已打",
    "phoned": "记下电话里的答复",
    "answer": "回复患者",
    "rank": "改优先",
    "transfer": "转诊室",
    "delay": "医生晚到",
    "close": "结束叫号",
    "roster": "改排班",
    "import": "导入排班",
    "quota": "改号源分配",
    "policy": "改规则",
    "reconcile": "对账",
    "take_over": "照对账改",
    "export": "导出预约",
    "family merged": "合并登记",
    "family verified": "核对家属",
    "search": "查找患者",
    "reveal": "查看完整信息",
    "register": "登记患者",
    "book": "挂号",
    "move": "改约",
    "cancel": "取消预约",
    "pay": "缴费记号",
    "totp_on": "打开动态码",
    "totp_off": "关掉动态码",
    "canned": "改常用答复",
    "hand_over": "转交求助",
    "end_request": "结束求助",
    "excuse": "免记爽约",
    "time": "改时间",
    "substitute": "替诊",
    "room": "改诊室",
    "extra": "加号",
    "fewer": "减号",
    "undo_change": "撤销修改",
    "next_visit": "约下次",
    "take_back": "撤销完成",
    "resume_room": "接着看诊",
    "family registered": "登记就诊人",
    "family linked": "添加家人",
    "family unlinked": "解除家人",
    "family renamed": "改姓名",
    "family phone": "改手机号",
    "family default": "改默认就诊人",
    "family exported": "导出资料",
    "family erased": "删除资料",
    "family vouched": "核对手机号",
    "referred granted": "认定转诊病人",
    "referred ended": "不再是转诊病人",
    "signed granted": "认定签约病人",
    "signed ended": "不再是签约病人",
}
_DETAILS = {
    "reason": "为什么", "words": "查的", "found": "找到", "name": "姓名", "role": "角色",
    "before": "原来", "after": "改成", "shifts": "班次", "shift": "班次", "patient": "就诊人",
    "recipients": "人数", "places": "号数", "to": "转给", "from": "从", "file": "文件",
    "changes": "改动", "changed": "改动", "first": "从", "last": "到", "day": "日子",
    "account": "微信账号", "by": "经手", "until": "到", "entries": "候补", "key": "班次",
    "rank": "优先",
    "removed": "去掉", "request": "求助", "slots": "号段", "title": "标题", "coming": "还没到",
    "stranded": "没有诊室可转",
    "differing": "不同", "calls": "电话", "requests": "求助", "gone": "并掉的", "added": "加入",
}  # fmt: skip
_MOST_DETAILS = 200
HALVES = {"am": "上午", "pm": "下午", "night": "晚上"}


def weak_password(shortest: int) -> str:
    """Say how long one has to be."""
    return f"密码太短，至少{shortest}个字。一次性码还可以用。"


def booked(view: AppointmentView) -> str:
    """Say what was booked or moved, with the code to read out."""
    fee = wording.fee(view.opening.fee_fen)
    return f"已约好：{wording.appointment(view)}，预约号{view.code}，{fee}。"


def cancelled(view: AppointmentView) -> str:
    """Say what was given back."""
    money = f"已缴{wording.fee(view.paid_fen)}，请办退费。" if view.paid_fen else ""
    return f"已取消：{wording.appointment(view)}。{money}"


def added(number: int, unknown: Sequence[int]) -> str:
    """How many came into a group, and which lines named nobody."""
    if not unknown:
        return f"加入了{number}位。"
    lines = "、".join(map(str, unknown[:20]))
    return f"加入了{number}位。第{lines}行没有找到患者，或不止一位，请核对。"


def bad_line(line: int, why: str) -> str:
    """Say what is wrong in a file of the other system."""
    return f"第{line}行：{_BAD_LINES.get(why, why)}。没有核对。"


def taken_over(count: int) -> str:
    """Say how many appointments were changed."""
    return f"已照对方改了{count}个预约。" if count else "没有可以照改的了。"


def details(of: Mapping[str, object]) -> str:
    """为什么：核对身份；找到：3、4."""
    told = []
    for name, value in of.items():
        if value in ("", None, [], {}):
            continue
        shown = "、".join(map(str, value)) if isinstance(value, list) else str(value)
        told.append(f"{_DETAILS.get(name, name)}：{shown}")
    text = "；".join(told)
    return text if len(text) <= _MOST_DETAILS else f"{text[:_MOST_DETAILS]}……"
