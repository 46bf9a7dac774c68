"""What is said on the day of the visit, by patients in line and by the doctor who calls them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from nlp import orders
from nlp.preferences import find
from nlp.understand import understand
from nlp.vocabulary import DoctorEntry, Vocabulary

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8)))
HOUSE = Vocabulary(doctors=(DoctorEntry("D1", "张伟", site="S", department="X"),))
# what is meant: how it is said, parted by spaces.
SAID = {
    "check_in": """签到 我到了 到医院了 报到 俺到了 我到医院咯 到了到了 我来了 打卡 人到了 取号
        签道 千到 已经在诊室门口了 到楼下了 扫码签到 给我妈签到 帮我爸签个到 侬好我到了
        到咗医院 到喽 我来咯
        我们到了 我带孩子到了 在哪签到 我到医院了挂的骨科 我迟到了怎么签到 来早了能签到吗 补签到
        我已经坐在候诊区了 到诊室了没人叫我 我回医院了""",
    "queue": """还要等多久 前面还有几个 到我了吗 轮到几号了 前头还有几个人 排到几号了 啥时候轮到我
        还得等多长时间 还要好久 几时轮到我 到我没得 我排第几 我妈前面还有几个 几点能轮到我
        怎么还没到我 前边还有好多人 点解仲未到我 仲有几多人 A012号前面还有几个 下一个是我吗
        我几点回来 我可以出去多久 快到我了吗 我出去一下 我去上个厕所 我离开一会儿 我回来了
        我转来了 重新排 过号了怎么办 刚才没听到叫号 叫过我了我没在 号被跳过了""",
}
NO_LINE = """我到了晚上就咳 还要等多久才能好 一到晚上就发烧 我到了冬天就犯病 吃药还要等多久才见效
    多久能好 一天上好几次厕所 我回来了还是头疼 到了晚上腿抽筋 我到了更年期 前面牙疼 出去一下就喘
    上厕所出血 月经还要等多久来 疫苗要等多久才能打第二针 到我这个年龄 走到楼下就喘 我到了80岁
    排便要等好久 伤口还要多久才长好 等多久出结果 候补要等多久 胎动前面还有 人到了中年 到期了"""
NOT_HERE = """我快到医院了，堵车，会晚到20分钟 我快到医院了 快到了 快到医院了 马上到 我马上到医院了
    马上就到了 还有10分钟到医院 十分钟后到 在路上了 我还没到 我还没到医院 我到不了了 来不及到了
    我堵车了晚点到 我会晚到 我要晚到半小时 等我到了再签到 在来的路上 路上堵车 我还有两站路到
    人还没来 要晚点到可以吗 20分钟左右到"""
MAYBE_HERE = """
    没到医院能签到吗 在家能签到吗 现在能签到吗 几点能签到 怎么签到 到医院以后怎么签到 我到了吗
    在哪签到 我迟到了怎么签到 来早了能签到吗 签到在哪里签 要签到吗 我迟到了 什么时候可以签到
    能不能提前签到"""
HERE = """签到 我到了 到医院了 已经到了 我刚到，堵车了 终于到了 我到医院了怎么签到 人到了 快到期了
    快到冬天就咳 月经快到了 快到我了吗 还有几分钟到我 医生怎么还没来 胃里堵得慌
    疼了十分钟后到晚上又疼 给我妈签到 我在门口了 前面还有几个 我来了 到楼下了 我到诊室了没人叫我
    半小时到一小时疼一次 补签到 扫码签到 报到 在路上摔了一跤 在车上晕倒了 我快到更年期了
    孩子快到三岁了 一到医院就血压高 我还没来月经 睡不到两小时就醒"""
BESIDES = {
    "queue_leave": "我出去一下 我先出去一会儿别过号 我去趟厕所 我出去吃个饭 我去买点东西马上回来 "
    "我先去抽血 我去做检查 我先去拍片 先去验个血 "
    "我去接个电话 我出去抽根烟 俺出去哈 我要出去半小时 上厕所去了 "
    "我去缴费 我能不能先出去吃个早饭 我走开一下可以吗 暂时离开 我可以去吃饭吗",
    "queue_back": "我回来了 回来了 我又回来了 我转来了 我返来了 回到诊室了 重新排队 "
    "我回来了接着排 我好了回来了 吃完饭回来了 上完厕所回来了 我交完费回来了",
    "queue_rules": "我是孕妇能优先吗 我妈80多了能先看吗 老人能优先吗 军人优先吗 孩子两岁能先看吗 "
    "能插队吗 为什么后来的先叫 比我晚来的都进去了 凭什么他先看 后面来的怎么先进去了 有人插队 "
    "叫号是按什么顺序 排队怎么排的 怀孕了可以先看吗 残疾人有没有优先 后来的人都先进去了 "
    "我带了残疾证 我有军官证 孕妇要排队吗 80多岁还要排队吗",
    "queue_ask": "医生怎么还没来 大夫还没来吗 医生几点来 医生人呢 我会不会排到最后 "
    "结果出来还要重新排队吗 刚才叫我了吗 有没有叫过我 医生怎么还不叫号 今天还能看上吗 "
    "上午看得完吗 下班前能轮到我吗 还来得及吗 做完检查去哪 拍完片子之后找谁",
    "queue_long": "等太久了 等得太久了 等了太久了 等好久了还没到我 都等了两个小时了 等了半天了 "
    "等了一上午了还没叫我 怎么这么慢 太慢了 你们怎么这么慢啊 叫号太慢了 等死人了 排队排了半天 "
    "等得好急",
    "queue_missed": "我错过了 刚才没赶上 过号了怎么办 我的号过了 刚才没听见叫我 错过叫号了 "
    "叫我的时候我不在 叫我的时候我没听见 "
    "号被跳过了",
    "queue_quit": "不等了 我不等了 不看了 我不看了先走了 不排了 等不及了 今天不看了 我先走了",
    "queue_worse": "头越来越昏 我快晕过去了 我妈坐不住了 想躺一下 我要吐了 直冒冷汗 孩子抽了 "
    "我难受得厉害 越来越难受了 撑不住了 我快受不了了 疼得受不了了 我坚持不住了",
    "queue_told": "到我了叫我一声 什么时候提醒我 叫我的时候会通知我吗 听不见叫号怎么办 "
    "怎么知道轮到我了 快到了会通知我吗",
    "queue_until": "医生几点下班 看到几点 上午几点结束 中午休息吗",
    "queue_elsewhere": "旁边诊室没人能去那边吗 可以换个诊室吗 隔壁诊室空着能去吗",
    "queue_results": "结果出来了 检查做完了 报告拿到了 片子出来了 化验单拿到了 做完检查了 "
    "b超做完了 查完了",
    "queue_lost": "我号丢了 取号单丢了 排队条找不见了 小票不见了 没给我小票",
    "queue_screen": "屏幕上怎么没有我 大屏上没有我名字 屏幕不动了 屏幕上的名字是我吗 "
    "为什么我名字是星号",
    "queue_phone": "我手机快没电了 手机要关机了 手机没信号 忘了没带手机",
    "queue_absent": "医生是不是去吃饭了 医生去哪了 里面没人 诊室门关着 大夫出去半天了还不回来",
    "queue_later": "我想先回去下午再来 我先回家，到了你喊我 让后面的人先看 我能不能晚点再看",
    "queue_rush": "能不能先给我看 我赶火车 我要接孩子 要上班 我就问一句话能不能直接进",
    "queue_where": "找不到诊室 我走错地方了 诊室在几楼 去哪个诊室 不晓得往哪儿去 诊室换了吗",
    "queue_results_late": "结果要两个小时才出来 报告下午才能拿 等结果 下班前拿不到报告",
    "queue_coming": "我在厕所 我还在楼下 马上上来",
    "queue_away": "我迟点回来 回来晚了怎么办 我马上就回来 来不及回来了 还要一会儿",
    "queue_desk": "要先量血压吗 医生喊错名字了 要不要先去分诊台",
}
ORDERS = {
    "call_next": "下一个 下一位 叫下一个 下一个病人 请下一位进来 叫号 继续叫号 看完了，下一个",
    "call_miss": "过号 没来 人不在 叫了没人 患者没到 过",
    "call_again": "再叫一次 再喊一遍 重新叫 重叫 再叫 撤销过号 过号点错了",
    "call_back": "C003号回来了 3号回来了 他回来了 3号拿到结果回来了 检查的回来了",
    "call_named": "叫C003 叫3号 让C003先看 先叫3号 优先C003",
    "call_done": "完成 看完了 就诊结束 这个看好了",
    "call_undo": "撤销完成 没看完 还没看完 这位没看完 点错了 撤销下一个 完成点错了",
    "call_results": "看结果 去做检查 先去拍片 让他去化验",
    "call_line": "候诊情况 还有几个 还有多少病人 谁在等 排队情况 今天还有多少没看 谁去做检查了 "
    "下一个病人是谁 现在看了几个 平均多久一个",
    "call_late": "晚到20分钟 堵车，晚到半小时 我要迟到一刻钟 迟到了 9点半到 我要休息10分钟 "
    "先暂停叫号 暂停十分钟",
    "call_visit": "约下次|约下次 两周后|预约复诊 下周三|两周后复诊|下周三复查|让他一个月后再来",
    "call_close": "今天到此为止 提前结束 提前下班 结束看诊 下班了",
    "call_transfer": "转骨科|转 张伟|转到3诊室|转诊 皮肤科",
}


def heard(text: str):
    return understand(text, NOW, HOUSE)


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, said in SAID.items() for text in said.split()]
)
def test_it_is_heard_in_all_wordings(intent, text):
    assert heard(text).intent == intent


@pytest.mark.parametrize("text", NO_LINE.split())
def test_a_complaint_is_no_check_in_and_no_place_in_line(text):
    found = heard(text)

    assert found.intent not in ("check_in", "queue")
    assert not any(name.startswith("queue") for name in found.preferences)


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, said in BESIDES.items() for text in said.split()]
)
def test_going_out_coming_back_and_what_was_missed(name, text):
    assert name in heard(text).preferences


@pytest.mark.parametrize("text", NOT_HERE.split())
def test_who_is_on_the_way_is_not_here(text):
    assert "not_here" in find(text)


@pytest.mark.parametrize("text", MAYBE_HERE.split())
def test_who_asks_about_checking_in_may_be_anywhere(text):
    assert find(text) & {"not_here", "ask_here"} == {"ask_here"}


@pytest.mark.parametrize("text", HERE.split())
def test_nobody_else_is_taken_for_one_on_the_way(text):
    assert not find(text) & {"not_here", "ask_here"}


@pytest.mark.parametrize(
    "text", ["怀孕可以吃感冒药吗", "孩子发烧先看什么科", "为什么先疼后肿", "后来又发烧了",
             "先看内科还是外科", "孕妇可以做b超吗", "怎么排便", "怎么预约优先号",
             "抽完血胳膊青了", "查完了没问题", "东西看得到吗"]
)  # fmt: skip
def test_what_is_first_in_an_illness_is_no_question_about_the_line(text):
    assert not find(text) & {"queue_rules", "queue_ask"}


@pytest.mark.parametrize(
    "text", ["结果出来了吗", "报告出来了没", "结果什么时候出来", "做检查要多少钱"]
)
def test_a_question_about_results_is_not_the_news_of_them(text):
    assert "queue_results" not in heard(text).preferences


@pytest.mark.parametrize(
    "text", ["疼太久了", "头疼等了半天也没好", "心跳太慢了", "伤口好得太慢", "跳得这么慢要紧吗",
             "等太久会不会加重", "月经等了两个月了", "好得太慢了"]
)  # fmt: skip
def test_what_lasts_long_in_an_illness_is_no_complaint_about_the_line(text):
    assert "queue_long" not in find(text)


@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("完成，约下次 一周后", "call_done"),
        ("看完了，一周后复诊", "call_done"),
        ("完成 让他一个月后再来看", "call_done"),
        ("约下次 一周后，完成", "call_done"),
        ("预约复诊 一周后，下一个", "call_next"),
        ("约下次 一周后", ""),
    ],
)
def test_a_doctor_orders_two_things_in_one_line(text, also):
    order = heard(text).order

    assert order is not None
    assert (order.name, order.argument) == ("call_visit", also)
    assert heard(text).when


@pytest.mark.parametrize(
    ("text", "name"),
    [("过号，下一个", "call_miss"), ("没来 下一个", "call_miss"), ("过号了，下一个", "call_miss"),
     ("先去拍片，下一个", "call_results"), ("让他去抽血，叫下一位", "call_results")],
)  # fmt: skip
def test_one_is_away_and_the_next_is_called_in_one_line(text, name):
    order = heard(text).order

    assert order is not None
    assert (order.name, order.argument) == (name, "call_next")


def test_a_doctor_on_the_ward_is_away_for_some_minutes():
    order = heard("我去查房20分钟").order

    assert order is not None
    assert (order.name, order.argument) == ("call_late", "20")


def said(words: str) -> list[str]:
    return words.split("|") if "|" in words else words.split()


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, words in ORDERS.items() for text in said(words)]
)
def test_what_a_doctor_says_is_an_order(name, text):
    order = heard(text).order

    assert order is not None
    assert order.name == name


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "我下一个号是几点",
        "我过号了怎么办",
        "看结果要去哪里",
        "今天能看完吗",
        "医生迟到20分钟了",
    ],
)
def test_what_a_patient_says_is_none(text):
    order = heard(text).order

    assert order is None or not order.name.startswith("call")


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("20分钟", 20), ("二十分", 20), ("半小时", 30), ("半个小时", 30), ("一刻钟", 15),
     ("一个半小时", 90), ("1个小时", 60), ("两刻钟", 30), ("一会儿", None), ("0分钟", None)],
)  # fmt: skip
def test_how_late_is_heard_in_minutes(written, minutes):
    assert orders.minutes(written) == minutes


@pytest.mark.parametrize(
    "text", ["要先交钱吗", "要做检查吗", "需要抽血吗", "孩子出去玩就咳", "我妈去年做的检查",
             "出去就喘", "回来晚了就头疼"]
)  # fmt: skip
def test_who_asks_whether_to_does_not_go_away(text):
    assert not find(text) & {"queue_leave", "queue_quit", "queue_back"}
