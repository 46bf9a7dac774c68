"""What the pages of the staff say when something is wrong or done; their labels are theirs."""

from __future__ import annotations

NOT_LET_IN = "姓名或密码不对。连错5次要等15分钟。忘了密码，请管理员发一个新的一次性码。"
WRONG_CODE = "一次性码不对，或已经用过、过期。请管理员再发一个。"
STALE_PAGE = "页面放得太久了，请重新登录再试一次，刚才的操作没有执行。"
BAD_INVITATION = "请写姓名并选角色；医生还要写排班里的医生代码，其他人不写。"
DONE = "已办好。"
GONE = "没有找到，可能别人刚刚处理过。"
STATES = {
    "booked": "已预约",
    "checked_in": "已到院",
    "completed": "已就诊",
    "no_show": "未到",
    "excused": "未到，免记",
    "published": "出诊",
    "suspended": "停诊",
}
ROLES = {"admin": "管理员", "desk": "服务台", "doctor": "医生"}
ACTS = {
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
    "answer": "回复患者",
    "rank": "改优先",
    "transfer": "转诊室",
    "delay": "医生晚到",
    "close": "结束叫号",
}
HALVES = {"am": "上午", "pm": "下午", "night": "晚上"}


def weak_password(shortest: int) -> str:
    """Say how long one has to be."""
    return f"密码太短，至少{shortest}个字。一次性码还可以用。"
