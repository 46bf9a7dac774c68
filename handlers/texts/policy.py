"""What the site's rules are called on their page, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_MINUTES, _YEARS, _CLOCK = "分钟", "岁", "时刻"
# Rule by rule: what it is, and in what; in the groups of the page.
GROUPS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "挂号": {
        "days_ahead": ("可以提前几天约", "天"),
        "release_at": ("每天几点放最后一天的号", _CLOCK),
        "same_day_closes": ("当天的号，就诊前多久停止预约", _MINUTES),
        "daily_limit": ("一位患者一天最多几个号", "个"),
        "total_limit": ("一位患者一共最多几个号", "个"),
        "account_limit": ("一个微信号一共最多约几个号", "个"),
        "hold": ("确认前留号多久", _MINUTES),
        "hold_longest": ("留号最长多久", _MINUTES),
    },
    "取消和爽约": {
        "free_cancel_until": ("前一天几点前免费取消", _CLOCK),
        "free_cancel_within": ("约好后多久内总能免费取消", _MINUTES),
        "no_shows_allowed": ("爽约几次停止在线预约（空着不计）", "次"),
        "no_show_window": ("爽约在多久内计次", _MINUTES),
        "no_show_block": ("爽约停止预约多久", _MINUTES),
        "late_cancels_allowed": ("临时取消几次停止在线预约（空着不计）", "次"),
        "late_cancel_window": ("临时取消在多久内计次", _MINUTES),
        "late_cancel_block": ("临时取消停止预约多久", _MINUTES),
    },
    "号源": {
        "urgent_reserve": ("微信号里留给当天急用的", "比例，0到1"),
        "elderly_share": ("微信号里留给老人的", "比例，0到1"),
        "referred_share": ("微信号里留给转诊的", "比例，0到1"),
        "signed_share": ("微信号里留给家庭医生签约的", "比例，0到1"),
        "elderly_quota_years": ("多少岁起算老人号", _YEARS),
        "quotas_until": ("前一天几点起，没用完的专留号大家都能约", _CLOCK),
        "window_share_until": ("前一天几点起，窗口剩的号微信也能约（空着不放）", _CLOCK),
        "extra_places": ("一个班次最多加几个号", "个"),
        "returns_after": ("没人候补的退号，最早多久放回", _MINUTES),
        "returns_before": ("没人候补的退号，最晚多久放回", _MINUTES),
    },
    "候补": {
        "offer_lives": ("候补有号，等答复多久", _MINUTES),
        "offer_night_until": ("夜里的候补，等答复到几点", _CLOCK),
        "waitlist_closes": ("前一天几点截止候补", _CLOCK),
        "waitlist_limit": ("一位患者同时候补几个", "个"),
        "waitlist_days": ("不挑医生的候补等几天的号", "天"),
        "waitlist_silences": ("几次不答复就移出候补", "次"),
    },
    "就诊人": {
        "patients_per_account": ("一个微信号登记几位就诊人", "位"),
        "accounts_per_patient": ("一位就诊人最多几个微信号", "个"),
        "links_a_month": ("一个微信号30天内登记几位", "位"),
        "unverified_bookings": ("没核对的微信号能约几个号", "个"),
        "hidden_refusals": ("没核对的微信号一天试几次", "次"),
        "child_under_years": ("多少岁以下要监护人同意", _YEARS),
        "link_code_lives": ("验证码有效多久", _MINUTES),
        "link_code_tries": ("验证码可以试几次", "次"),
        "link_codes_a_day": ("一天最多发几个验证码", "个"),
        "name_tries": ("一个证件一天可以写错几次姓名", "次"),
        "newborn_without_papers": ("新生儿没有证件，多久内可以登记", _MINUTES),
    },
    "提醒": {
        "reminder_evening": ("前一天几点提醒", _CLOCK),
        "reminder_before": ("就诊前多久再提醒", _MINUTES),
        "quiet_from": ("晚上几点起不打扰", _CLOCK),
        "quiet_until": ("早上几点起可以打扰", _CLOCK),
    },
    "停诊": {
        "undo": ("停诊多久内一句话撤销", _MINUTES),
        "undo_quiet": ("停诊多久后才通知", _MINUTES),
        "plan_answer": ("患者多久内答复", _MINUTES),
        "plan_ringing": ("打电话期间再留号多久", _MINUTES),
        "near_visit": ("离就诊多近算急", _MINUTES),
        "plan_answer_near": ("急的，多久不答复就打电话", _MINUTES),
        "plan_lead": ("新号最早在多久以后", _MINUTES),
        "elderly_years": ("多少岁起改期更慎重", _YEARS),
    },
    "就诊当天": {
        "check_in_opens": ("几点起可以签到", _CLOCK),
        "check_in_metres": ("发位置签到，离医院多少米内", "米"),
        "check_in_needs_place": ("签到必须在现场", "是或否"),
        "late_after": ("迟到多久排到后面", _MINUTES),
        "missed_passes": ("过号后隔几位再叫", "位"),
        "missed_most": ("过号几次算没来", "次"),
        "finish_undo": ("“完成”点错了，多久内能撤销", _MINUTES),
        "absent_is_no_show": ("当天结束时没签到的算爽约", "是或否"),
        "room_closes_after": ("诊室多久没动静自动结束", _MINUTES),
        "rebalance_after": ("诊室忙闲差多久才建议换", _MINUTES),
    },
    "排班建议": {
        "planning_weeks": ("按前几周的情况估计", "周"),
        "planning_least": ("至少多少位患者才算实测", "位"),
        "usual_no_show": ("没有实测时，约了没来的", "比例，0到1"),
        "usual_visit_cv": ("没有实测时，看诊长短的差别（标准差除以平均）", "比例，0到1"),
        "arrive_early": ("患者平均比约的时间早到多久", _MINUTES),
        "arrive_late": ("十个人里有一个，晚到超过多久", _MINUTES),
        "long_wait": ("等多久算久", _MINUTES),
        "extra_room_lasts": ("加一间诊室开多久", _MINUTES),
        "extra_room_saves": ("每位患者少等多久才建议加诊室", _MINUTES),
        "overtime_percent": ("拖班一分钟抵医生空闲的百分之几", "百分比"),
        "farthest": ("分流最远走多久", _MINUTES),
        "detour_percent": ("路比直线长，是直线的百分之几", "百分比"),
        "walk_metres_a_minute": ("走路每分钟多少米", "米"),
        "walked_longest": ("走多久以内算步行", _MINUTES),
        "ride_kilometres_an_hour": ("坐车每小时多少公里", "公里"),
        "ride_waits": ("等车上车多久", _MINUTES),
        "other_day": ("换一天，抵多走多久的路", _MINUTES),
        "other_half_day": ("换半天，抵多走多久的路", _MINUTES),
    },
    "其他": {
        "broadcast_alone": ("群发超过多少人要第二个人同意", "人"),
        "chat_lookup": ("员工可以在微信里查患者", "是或否"),
        "kept": ("用完的记录留多久", _MINUTES),
        "words_kept": ("通知原文留多久", _MINUTES),
        "dialogue_idle": ("对话闲置多久算离开", _MINUTES),
    },
}
EVERYWHERE, ELSEWHERE = "各科", "其他各科"
RULES: Mapping[str, tuple[str, str]] = {
    name: about for group in GROUPS.values() for name, about in group.items()
}
_WHY = {
    "kind": "写法不对：分钟写数字，时刻写成 07:00，是写 true，否写 false",
    "bounds": "太大或太小",
    "order": "比“{shorter}”还短",
    "night": "不能早于“早上几点起可以打扰”：这样白天都不发、夜里才发",
    "sum": "几种专留加起来超过了全部",
}


def wrong(rule: str, why: str) -> str:
    """Say which rule cannot be like that."""
    name = RULES.get(rule, ("有一项", ""))[0]
    kind, _, partner = why.partition(":")
    problem = _WHY.get(kind, "不对").format(shorter=RULES.get(partner, ("", ""))[0])
    return f"“{name}”{problem}。没有执行，什么都没有改动。"


def changed(rules: Sequence[str]) -> str:
    """Say what was changed."""
    names = "、".join(RULES[rule][0] for rule in rules if rule in RULES)
    return f"已改：{names}。马上生效。" if names else "没有改动。"
