"""The day of the visit, told through the webhook: the patient, the doctor, and others in line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.house import open_house
from bot.turn import open_desk
from desk import demo, staff, tickets
from models import Appointment, Outbox, Slot, Ticket, WechatUser
from scheduling.disciplines import read_discipline
from tests.bot.hospital import settings
from tests.handlers.aloud_rules import wrongs
from tests.stories.conftest import Stage
from tests.stories.test_kinds import place
from tests.stories.ward import CONSOLE, Ward

pytestmark = pytest.mark.story

WHO = ("1", "1", "张建国", "110101195803070011", "13800000000", "1", "1")
MOTHER = ("1", "1", "2", "李秀英", "110101195003070021", "1", "1", "1")
AT_THE_HOSPITAL = {"Location_X": 30.0411, "Location_Y": 123.0521}
AT_HOME = {"Location_X": 30.0800, "Location_Y": 123.0900}


ORDERS = (
    "下一个", "过号", "再叫一次", "完成", "看结果", "转 骨科", "约下次 两周后", "晚到20分钟",
    "提前结束", "候诊情况", "3号回来了", "叫3号", "休息10分钟",
)  # fmt: skip


class Day:
    """A patient with a visit of this morning, and the doctor who will see her."""

    def __init__(self, stage) -> None:
        self.ward = Ward(stage)
        self.stage = stage
        with open_desk(stage.house, CONSOLE) as counter:
            (self.visit,) = [v for v in counter.bookings.mine() if v.channel == "chat"]

    def say(self, text: str) -> str:
        return self.stage.patient.say(text)

    def doctor(self, text: str) -> str:
        return self.ward.nurse(text, openid="oDoctor")

    def call(self) -> str:
        """Some minutes later the next one is called."""
        self.stage.wait(4)
        return self.doctor("下一个")

    def scan(self, code: str) -> str:
        return self.stage.patient.say("", MsgType="event", Event="SCAN", EventKey=code, Ticket="t")

    def others(self, count: int) -> None:
        """So many people walk in, and stand in the line of the same room."""
        with open_desk(self.stage.house, CONSOLE) as counter:
            for patient in demo._patients(counter.work, "walks in", count):
                tickets.walk_in(counter.work, patient, self.visit.opening.shift)

    def told(self) -> list[str]:
        query = (
            select(Outbox.kind)
            .where(Outbox.appointment_id == self.visit.id, Outbox.kind.not_in(("reminder",)))
            .order_by(Outbox.id)
        )
        return [row.kind for row in self.ward.read(query)]

    def status(self) -> str:
        query = select(Appointment.status).where(Appointment.id == self.visit.id)
        return self.ward.read(query)[0].status


@pytest.fixture(scope="module")
def morning(demo_hospital, tmp_path_factory, _redis):
    """The demo hospital with a patient who has booked this morning, and a doctor who calls."""
    path = tmp_path_factory.mktemp("morning") / "desk.sqlite"
    shutil.copy(demo_hospital, path)
    house = open_house(settings(f"sqlite:///{path}", _redis.url, WECHAT_LINKS="off"))
    stage = Stage(house)
    stage.patient.say("挂王建国医生，今天上午")
    answers = [stage.patient.say(text) for text in ("1", *WHO, "2")]
    assert any("预约成功" in answer for answer in answers), answers
    day = Day(stage)
    with open_desk(house, CONSOLE) as counter:
        code = staff.invite(counter.work, "王建国", "doctor", day.visit.opening.doctor)
    assert "绑定成功" in day.doctor(f"绑定 {code}")
    house.close()
    return path


@pytest.fixture
def day(morning, tmp_path, redis_url):
    path = tmp_path / "desk.sqlite"
    shutil.copy(morning, path)
    house = open_house(settings(f"sqlite:///{path}", redis_url, WECHAT_LINKS="off"))
    yield Day(Stage(house))
    house.close()


def policy(day, **changes) -> None:
    """The site has other rules."""
    house = day.stage.house
    rules = replace(house.settings.policy, **changes)
    day.stage.house = replace(house, settings=replace(house.settings, policy=rules))
    day.stage.wait(0)


# -- to be here


def test_she_scans_is_told_where_she_stands_is_called_misses_comes_back_and_is_seen(day):
    day.others(4)

    answer = day.scan("checkin:GH")
    assert "签到好了" in answer
    assert "前面4位" in answer

    assert "已叫" in day.doctor("下一个")
    assert "没有再叫下一位" in day.doctor("下一个"), "sent twice by mistake"
    assert "前面3位" in day.say("还要等多久")
    assert day.told() == ["ahead"]
    for _ in range(3):
        day.call()
    assert day.told() == ["ahead", "ahead"]
    assert "下一位就是您" in day.say("到我了没")

    assert "张*国" in day.call()
    assert day.told() == ["ahead", "ahead", "called"]
    assert "已经叫到您了，请马上进16-1诊室" in day.say("轮到几号了")

    assert "张*国" in day.doctor("过号")
    asked = day.say("过号了怎么办")
    assert "号没有作废" in asked
    assert "1. 回来了" in asked
    assert "接着给您排" in day.say("1")
    assert "张*国" in day.doctor("下一位")
    assert "已完成" in day.doctor("看完了")
    assert day.status() == "completed"
    assert "今天没有在排的号" in day.say("还要等多久")


def test_who_is_in_line_and_wants_no_more_cancels_in_plain_words(day):
    day.others(2)
    day.scan("checkin:GH")
    day.stage.wait(31)  # just booked, it would be free

    asked = day.say("取消")
    assert "已签到，排队号" in asked
    assert "前面2位。取消后不再叫这个号" in asked
    assert "会记一次临时取消" in asked
    assert "只走开一下，说“我出去一下”" in asked
    assert "您的预约还在" in day.say("不取消")

    day.say("不看了，取消预约")
    done = day.say("1")
    assert "已取消" in done
    assert "不用再等了" in done
    assert "恢复" not in done
    assert day.status() == "cancelled"
    assert "今天没有在排的号" in day.say("还要等多久")
    assert "已叫" in day.doctor("下一个")


def test_who_is_called_while_she_thinks_about_it_is_not_cancelled(day):
    day.scan("checkin:GH")
    assert "确定取消" in day.say("取消")
    assert "张*国" in day.call()

    assert "已经叫到或看过了" in day.say("1")
    assert day.status() == "checked_in"
    assert "不能在这里取消" in day.say("取消预约")


def test_the_doctor_takes_back_what_was_ended_by_mistake(day):
    day.scan("checkin:GH")
    day.call()
    day.stage.wait(3)
    assert "点错了请回：撤销完成" in day.doctor("完成")
    assert day.status() == "completed"

    answer = day.doctor("撤销完成")
    assert "接着看" in answer
    assert "张*国" in answer
    assert day.status() == "checked_in"
    day.doctor("完成")
    day.stage.wait(6)
    assert "没有刚看完" in day.doctor("撤销完成")
    assert day.status() == "completed"


def test_what_people_in_line_ask_is_about_the_line(day):
    day.others(1)
    assert "没有找到您说的医生" in day.say("医生怎么还没来"), "who is not here asks for a doctor"
    day.scan("checkin:GH")
    for words in ("医生怎么还没来", "我会不会排到最后", "刚才叫我了吗"):
        assert "前面1位" in day.say(words), words
    assert "给您留着" in day.say("我能不能先出去吃个早饭")
    assert "接着给您排" in day.say("我回来了")
    for _ in range(2):
        day.call()
    day.doctor("看结果")
    assert "拿到结果回来，就给您接着排" in day.say("我去做检查了，结果出来还要重新排队吗")
    day.say("2")
    day.doctor("下一个")


def test_who_wonders_why_others_go_first_is_told_the_rule_and_who_goes_before(day):
    day.scan("checkin:GH")
    for words in ("凭什么比我晚来的先进去了", "我妈80多了能先看吗", "怀孕了可以优先吗"):
        told = day.say(words)
        assert "叫号规则：每叫2位初诊" in told, words
        assert "孕妇、残疾人、军人请到分诊台" in told, words
        assert "下一位就是您" in told, words


def test_the_rule_that_is_told_is_that_of_the_patients_own_department(day):
    ours = {"kind": "fifo"}, {"ranks": {"hero": {"label": "见义勇为"}, "soldier": False}}
    by_time, own = map(read_discipline, ours)
    ward = day.visit.opening.department
    policy(day, disciplines={"default": by_time, ward: own})

    told = day.say("军人优先吗")
    assert "孕妇、残疾人、见义勇为请到分诊台" in told, "before she is here, too"
    assert "军人" not in told
    policy(day, disciplines={"default": by_time})
    day.scan("checkin:GH")
    told = day.say("我带了残疾证")
    assert "除了急诊，都按时间先后叫" in told
    assert "自动优先" not in told


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("我难受得厉害", "马上告诉分诊台，不用等叫号"),
        ("撑不住了", "身边没有人，打120"),
        ("到我了叫我一声", "快到时在微信提醒您"),
        ("听不见叫号怎么办", "叫号屏上有您的排队号"),
        ("医生几点下班", "这个班次到11:30"),
        ("中午休息吗", "这个班次到11:30"),
        ("能换个医生吗", "排队号不变，不用重新挂号"),
        ("人太多了我想换个医生", "请到分诊台"),
        ("旁边诊室没人能去那边吗", "请到分诊台"),
        ("有没有人少的医生", "前面1位"),
        ("排我前面的是谁", "前面1位"),
        ("孕妇要排队吗", "孕妇、残疾人、军人请到分诊台"),
        ("我可以去吃饭吗", "号给您留着"),
    ],
)  # fmt: skip
def test_what_who_waits_is_worried_about_is_answered(day, words, answer):
    day.others(1)
    day.scan("checkin:GH")
    policy(day)

    told = day.say(words)
    assert answer in told
    assert "哪里不舒服" not in told, "she has a number already"


def test_another_doctor_for_somebody_elses_booking_is_not_about_the_line(day):
    day.scan("checkin:GH")
    day.say("给我妈挂骨科")

    assert "排队号不变" not in day.say("换个医生")


def test_who_is_in_line_and_asks_where_is_told_the_room(day):
    day.scan("checkin:GH")

    told = day.say("诊室在哪")
    assert "16-1诊室" in told
    assert "门诊楼4楼A区" in told
    assert "柳溪" not in told, "the addresses of other houses help nobody"


def test_who_goes_for_an_examination_unasked_is_not_called_meanwhile(day):
    day.scan("checkin:GH")

    assert "给您留着" in day.say("我先去抽血")
    assert "接着给您排" in day.say("检查做完了")
    assert "给您留着" in day.say("我去交费")
    assert "接着给您排" in day.say("我好了回来了")


def test_one_bare_word_takes_back_the_visit_that_has_just_ended(day):
    day.scan("checkin:GH")
    day.call()
    day.stage.wait(3)
    day.doctor("完成")
    assert "接着看" in day.doctor("撤销")
    assert "停诊" in day.doctor("撤销"), "nothing has just ended"


def test_who_cannot_be_told_later_is_not_promised_it(day):
    """A scan opens a minute; what she wrote three days ago opens nothing any more."""
    with open_desk(day.stage.house, CONSOLE) as counter:
        long_ago = counter.work.now - timedelta(days=3)
        counter.work.conn.execute(update(WechatUser).values(last_message_at=long_ago))

    answer = day.scan("checkin:GH")

    assert "在这里说一句“好”" in answer
    assert "在微信提醒您" not in answer


def test_who_wrote_lately_is_told_that_we_write_when_it_is_near(day):
    assert "快到时在微信提醒您" in day.say("我到了")


def test_the_code_of_another_house_says_where_to_go(day):
    answer = day.scan("checkin:SQ")

    assert "这里是柳溪社区卫生服务中心" in answer
    assert "请到云川市第一综合医院签到，地址：云川市江北区" in answer
    assert day.status() == "booked"


def test_the_code_at_the_door_of_a_room(day):
    assert "签到好了" in day.scan("checkin:GH/16-1诊室")
    assert "已经签过到" in day.scan("checkin:GH")


def test_a_new_follower_who_scans_at_the_door_is_greeted_and_told_what_to_do(stage):
    answer = stage.patient.say(
        "", MsgType="event", Event="subscribe", EventKey="qrscene_checkin:GH", Ticket="t"
    )

    assert "您好" in answer
    assert "在窗口挂的号，请到服务台签到" in answer


def test_scanned_in_the_middle_of_another_booking(day):
    day.say("挂骨科")

    assert "签到好了" in day.scan("checkin:GH")


def test_a_place_near_the_hospital_checks_in_and_one_far_away_says_how_far(day):
    far = place(day.stage, **AT_HOME)
    assert "您今天约在云川市第一综合医院" in far
    assert "到了再签到" in far
    assert day.status() == "booked"

    assert "签到好了" in place(day.stage, **AT_THE_HOSPITAL)
    assert "离您最近" in place(day.stage, **AT_THE_HOSPITAL), "nothing is left to check in"


def test_where_the_site_wants_it_words_alone_are_not_enough(day):
    policy(day, check_in_needs_place=True)

    assert "签到码" in day.say("签到")
    assert day.status() == "booked"
    assert "签到好了" in place(day.stage, **AT_THE_HOSPITAL)


@pytest.mark.parametrize(
    "words",
    ["我快到医院了，堵车，会晚到20分钟", "马上到", "我还没到医院", "在路上了", "等我到了再签到"],
)
def test_who_is_on_the_way_is_not_checked_in(day, words):
    told = day.say(words)

    assert "还没到不用签到" in told
    assert "晚到30分钟以内还按约的时间排" in told
    assert day.status() == "booked", "she would be called while she is on the bus"
    assert "签到好了" in day.say("到了")


@pytest.mark.parametrize(
    ("answer", "then"),
    [("1", "签到好了"), ("到了", "签到好了"), ("2", "到了医院再说"), ("还没", "到了医院再说")],
)  # fmt: skip
def test_who_asks_how_to_check_in_may_be_at_home(day, answer, then):
    assert "您已经到医院了吗" in day.say("怎么签到")
    assert day.status() == "booked"

    assert then in day.say(answer)
    assert day.status() == ("checked_in" if then == "签到好了" else "booked")


def test_who_comes_late_is_behind_those_who_are_here_and_is_told_so(day):
    day.stage.wait(80)
    day.others(1)

    answer = day.say("签到")

    assert "只能排在已经到的人后面" in answer
    assert "前面1位" in answer


def test_when_all_is_over_the_desk_is_asked(day):
    day.stage.wait(60 * 8)

    assert "班次已经结束了，请到服务台" in day.say("签到")


def test_of_two_of_the_family_she_says_who_is_here(day):
    day.say("给我妈挂崔文斌医生，今天上午")
    answers = [day.say(text) for text in MOTHER]
    assert "预约成功" in answers[-1], answers

    asked = day.say("签到")
    assert "给谁签到" in asked
    assert "都签到" in asked
    done = day.say("第二个")
    assert "李*英" in done
    assert "张*国" not in done
    assert "张*国" in day.say("我到了"), "only one is left"

    both = day.say("还要等多久")
    assert "李*英" in both
    assert "张*国" in both
    assert "张*国" not in day.say("我妈还要等多久")
    assert "谁要走开一下" in day.say("我出去一下")
    left = day.say("都走")
    assert left.count("号") >= 2
    assert {row.state for row in day.ward.read(select(Ticket.state))} == {"left"}


def test_an_emergency_comes_before_the_line(day):
    day.say("签到")

    assert "120" in day.say("我胸口压着疼，出冷汗，还要等多久")


def test_the_menu_under_the_chat_checks_in_and_tells_where_she_stands(day):
    def click(key: str) -> str:
        return day.stage.patient.say("", MsgType="event", Event="CLICK", EventKey=key)

    assert "还没签到" in click("queue")
    assert "签到好了" in click("check_in")
    assert "下一位就是您" in day.say("还要等多久")


@pytest.mark.parametrize("words", ["不等了，我走了", "我先回去了"])
def test_who_goes_away_for_good_is_not_called_and_may_still_come_back(day, words):
    assert "号给您留着" not in day.say(words), "nobody waits"
    day.say("签到")

    assert "这会儿不叫您" in day.say(words)
    assert "现在没有人在等" in day.doctor("下一个")
    assert "接着给您排" in day.say("我回来了")


# -- in care mode


def test_in_care_mode_everything_of_the_day_can_be_done_by_digits(day):
    day.others(2)
    day.say("说慢点")
    answers = [day.say("取消候补吧不用"), day.say("退出")]
    menu = answers[-1]
    assert "1. 我到医院了，签到" in menu

    here = day.say("1")
    assert "签到好了" in here
    assert "1. 还要等多久" in here
    assert "2. 我出去一下" in here
    answers += [here, day.say("1"), day.say("2"), day.say("1"), day.say("1")]
    assert "前面2位" in answers[3]
    assert "给您留着" in answers[4]
    assert any("接着给您排" in answer for answer in answers[5:])
    for answer in answers:
        assert list(wrongs(answer)) == [], answer


# -- calling


def test_who_was_missed_by_mistake_is_called_again_by_one_word(day):
    day.say("签到")
    day.doctor("下一个")

    assert "再叫一次" in day.doctor("人不在")
    assert "张*国" in day.doctor("再叫一次")
    assert "已经叫到您了" in day.say("到我了吗")


def test_who_was_sent_for_results_comes_back_before_others(day):
    day.say("签到")
    day.others(0)
    day.doctor("下一个")
    assert "拿到结果回来接着看" in day.doctor("看结果")
    day.others(3)

    assert "拿到结果回来" in day.say("还要等多久")
    assert "接着给您排" in day.say("结果出来了")
    assert "回诊" in day.doctor("候诊情况")


def test_the_next_visit_is_shown_and_booked_by_the_word(day):
    day.say("签到")
    assert "诊室里现在没有患者" in day.doctor("约下次 两周后")
    day.doctor("下一个")

    shown = day.doctor("约下次 两周后")
    assert "12月8日 周二" in shown
    assert "王建国" in shown
    assert "确认执行" in day.doctor("好的"), "a bare yes does not act"
    assert "已约好" in day.doctor("确认执行")
    assert "12月8日 周二" in day.say("我的预约")
    confirmed = select(Outbox.kind).where(Outbox.kind == "confirmed")
    assert len(day.ward.read(confirmed)) == 1


def test_the_next_visit_and_the_end_of_this_one_in_one_line(day):
    day.say("签到")
    day.doctor("下一个")

    shown = day.doctor("完成，约下次 两周后")
    assert "12月8日 周二" in shown
    assert "同时完成这次就诊" in shown
    assert day.status() == "checked_in", "nothing is done before the word"
    done = day.doctor("确认执行")
    assert "已约好" in done
    assert "已完成" in done
    assert day.status() == "completed"


def test_the_next_visit_is_booked_and_the_next_one_called_in_one_line(day):
    day.say("签到")
    day.doctor("下一个")
    day.others(1)

    assert "叫下一位" in day.doctor("约下次 两周后，下一个")
    assert "已叫" in day.doctor("确认执行")
    assert day.status() == "completed"


@pytest.mark.parametrize(
    ("words", "state"), [("过号，下一个", "missed"), ("先去拍片，下一个", "results")]
)
def test_one_is_away_and_the_next_is_called_in_one_line(day, words, state):
    day.say("签到")
    day.doctor("下一个")
    day.others(1)

    assert "已叫" in day.doctor(words)
    mine = select(Ticket.state).where(Ticket.appointment_id == day.visit.id)
    assert day.ward.read(mine)[0].state == state


def test_where_no_next_visit_can_be_booked_this_one_has_not_ended(day):
    day.say("签到")
    day.doctor("下一个")

    assert "看完了请回：完成" in day.doctor("完成，约下次 三个月后")
    assert day.status() == "checked_in"


@pytest.mark.parametrize("words", ["等太久了", "都等了半天了", "你们怎么这么慢", "太慢了"])
def test_who_has_waited_too_long_is_told_kindly_where_she_stands(day, words):
    day.others(1)
    day.say("签到")

    told = day.say(words)
    assert "对不起" in told
    assert "前面" in told


def test_a_word_for_one_patient_is_not_done_to_the_next(day):
    day.others(1)
    day.say("签到")
    day.doctor("下一个")
    day.doctor("约下次 两周后")
    with open_desk(day.stage.house, CONSOLE) as counter:
        member = next(one for one in staff.everybody(counter.work))
        doctor = staff.by_number(counter.work, member.id)
        counter.rooms.call_next(doctor, day.visit.opening.shift)

    assert "已经是另一位患者" in day.doctor("确认执行")
    later = select(Appointment.id).where(
        Appointment.patient_id == day.visit.patient,
        Appointment.starts_at > day.visit.opening.ends_at,
    )
    assert day.ward.read(later) == []


def test_a_patient_is_sent_on_to_another_doctor_and_told_where(day):
    day.say("签到")
    day.doctor("下一个")

    assert "没有找到" in day.doctor("转 血液科")
    shown = day.doctor("转 崔文斌")
    assert "张*国" in shown
    assert "耳鼻咽喉科崔文斌" in shown
    assert "已转到" in day.doctor("确认执行")
    assert "耳鼻咽喉科崔文斌" in day.say("还要等多久")
    assert "没有患者" in day.doctor("候诊情况")


def test_a_department_is_called_as_people_call_it(day):
    day.say("签到")
    day.doctor("下一个")

    for said in ("转 耳鼻喉", "转五官科", "转到耳鼻喉科"):
        assert "耳鼻咽喉科崔文斌" in day.doctor(said), said
        assert "没有执行" in day.doctor("退出")


def test_late_by_minutes_by_the_clock_and_not_by_a_day(day):
    day.say("签到")

    assert "预计9:20开诊" in day.doctor("晚到20分钟")
    assert "预计9:30开诊" in day.doctor("堵车，晚到半小时")
    assert "确认执行" in day.doctor("1")
    assert "将通知1位患者" in day.doctor("晚到30分钟")
    assert "已改为9:30开诊，正在通知1位" in day.doctor("确认执行")
    assert day.told() == ["delayed"]
    assert "医生晚到，预计9:30开诊" in day.say("还要等多久")
    assert "多少分钟" in day.doctor("我要迟到了")
    assert "预计9:15开诊" in day.doctor("15")
    assert "没有执行" in day.doctor("退出")


def test_a_doctor_who_rests_is_not_said_to_be_late(day):
    day.others(1)
    day.scan("checkin:GH")
    day.stage.wait(40)
    day.doctor("下一个")

    assert "预计9:50接着看" in day.doctor("休息10分钟")
    assert "已改为9:50接着看，正在通知1位" in day.doctor("确认执行")
    assert "医生有事离开，预计9:50接着看" in day.say("还要等多久")
    assert "已通知9:50接着看" in day.doctor("候诊情况")
    assert "多少分钟后接着看" in day.doctor("先暂停叫号")
    assert "没有执行" in day.doctor("退出")
    day.stage.wait(4)
    assert "张*国" in day.doctor("继续叫号")
    assert "离开" not in day.doctor("候诊情况"), "she is back"


def test_who_is_back_is_put_in_line_by_the_doctor_who_sees_her(day):
    day.others(2)
    day.scan("checkin:GH")
    for word in ("下一个", "去做检查"):
        day.doctor(word)
    day.stage.wait(4)
    for word in ("下一个", "过号"):
        day.doctor(word)

    assert "谁回来了？请带上排队号" in day.doctor("他回来了")
    label = day.doctor("候诊情况").partition("去做检查：")[2].partition("号")[0]
    assert "谁回来了" in day.doctor("99号回来了")
    back = day.doctor(f"{label}号回来了")
    assert f"已接着排：{label}号" in back
    assert "回诊" in back
    assert "已接着排" in day.doctor("他回来了"), "only one is left"
    assert "现在没有过号、去做检查" in day.doctor("他回来了")


def test_a_doctor_asks_how_many_were_seen_and_how_long_one_takes(day):
    day.others(5)
    day.doctor("下一个")
    assert "看完" not in day.doctor("现在看了几个"), "the first is still inside"
    for _ in range(3):
        day.stage.wait(6)
        day.doctor("下一个")
    assert "今天看完3位，平均6分钟一位" in day.doctor("平均多久一个")


def test_nobody_is_called_by_name_past_the_others(day):
    day.others(2)
    day.scan("checkin:GH")

    assert "不能点名先叫" in day.doctor("叫C003")
    assert {row.state for row in day.ward.read(select(Ticket.state))} == {"waiting"}


def test_a_call_missed_by_mistake_is_taken_back_in_plain_words(day):
    day.scan("checkin:GH")
    day.doctor("下一个")
    assert "已过号" in day.doctor("过")
    assert "又叫了一次" in day.doctor("撤销过号")


def test_nobody_is_lost_when_the_doctor_ends_early(day):
    day.others(2)
    day.say("签到")

    assert "还有3位没看" in day.doctor("提前结束")
    assert "已结束叫号" in day.doctor("确认执行")
    states = {row.state for row in day.ward.read(select(Ticket.state))}
    assert states <= {"waiting", "unseen"}
    assert "停止叫号" in day.doctor("下一个")


def test_a_doctor_in_clinic_is_never_asked_what_is_wrong_with_him(day):
    """「我去查个房，20分钟」 opened the patients' questions, and they followed every order."""
    day.scan("checkin:GH")
    day.doctor("下一个")
    for words in ("我去查个房，20分钟", "歇15分钟", "我上个厕所10分钟"):
        answer = day.doctor(words)
        assert "接着看" in answer, answer
        assert "确认执行" in answer
    day.doctor("退出")
    for words in ("我这边忙不过来", "机器坏了", "这边乱得很"):
        answer = day.doctor(words)
        assert "没有听懂要办什么" in answer, answer
        assert "哪里不舒服" not in answer
    assert "诊室里：" in day.doctor("现在啥情况")


def test_what_a_patient_was_asked_does_not_follow_what_the_doctor_orders(day):
    day.doctor("我头晕，想挂号")
    day.scan("checkin:GH")
    assert "接着办" not in day.doctor("下一个")
    assert "接着办" not in day.doctor("休息10分钟")
    assert "接着办" not in day.doctor("确认执行")


def test_the_doctor_is_back_before_the_time_that_was_told(day):
    day.others(2)
    day.doctor("下一个")
    day.doctor("休息30分钟")
    assert "接着看" in day.doctor("确认执行")
    assert "已通知9:30接着看" in day.doctor("候诊情况")
    assert "接着看" in day.doctor("我回来了")
    assert "9:30" not in day.doctor("候诊情况")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("给他约下周五复查", "约下次：12月"),
        ("约他两周后来复查", "约下次：12月"),
        ("完成，约下次 一周后，下一个", "叫下一位"),
        ("约下次 下周四上午9点", "上午9:00"),
        ("他要去拍CT", "去做检查"),
        ("喊他", "又叫了一次"),
        ("今天就看到这", "将要提前结束"),
        ("我要早走半小时", "以后不看了"),
        ("把他转到骨科", "转到哪里"),
    ],
)
def test_a_doctor_talks_as_doctors_talk(day, words, told):
    day.scan("checkin:GH")
    day.doctor("下一个")
    assert told in day.doctor(words)


@pytest.mark.parametrize("words", ["刚才那个来了", "他拍完片回来了", "A001拍完了"])
def test_who_was_away_is_back_in_the_doctors_words(day, words):
    day.scan("checkin:GH")
    day.doctor("下一个")
    label = day.ward.read(select(Ticket.label))[0].label
    day.doctor("过号")
    assert "已接着排" in day.doctor(words.replace("A001", label))


def test_who_is_booked_and_not_here_yet_hears_that_the_doctor_has_gone(day):
    """Nobody waited, so nobody was told; and then the desk sent her into a closed room."""
    preview = day.doctor("提前结束")
    assert "没有患者在等" in preview
    assert "约了还没到的1位会收到通知" in preview
    done = day.doctor("确认执行")
    assert "约了还没到的1位，正在通知" in done
    assert "1位没有诊室可转，已列入电话名单" in done
    assert day.told() == ["ended", "ended_call"]
    with open_desk(day.stage.house, CONSOLE) as counter:
        work, shift = counter.work, day.visit.opening.shift
        to_sell = (Slot.shift_id == shift, Slot.is_open, Slot.ends_at > work.now)
        assert not work.conn.scalar(select(Slot.id).where(*to_sell))

    day.stage.wait(40)  # booked so long ago, it would leave a mark
    assert "会记一次临时取消" not in day.say("取消预约")


def test_who_comes_to_an_ended_clinic_is_sent_to_the_desk(day):
    day.doctor("提前结束")
    day.doctor("确认执行")
    assert "请到分诊台" in day.scan("checkin:GH")


def test_who_is_inside_when_the_doctor_ends_early_is_named(day):
    day.scan("checkin:GH")
    day.doctor("下一个")
    assert "张*国算看完" in day.doctor("提前结束")
    assert "张*国算看完" in day.doctor("确认执行")
    assert day.status() == "completed"


def test_a_patient_who_types_it_learns_nothing_and_does_nothing(day):
    day.say("签到")

    for words in ORDERS:
        answer = day.ward.nurse(words, openid="oCurious")
        for secret in ("张*国", "已叫", "确认执行", "诊室里", "没有执行", "叫号："):
            assert secret not in answer, answer
    assert {row.state for row in day.ward.read(select(Ticket.state))} == {"waiting"}


def test_a_doctor_at_home_is_answered_like_anybody(day):
    day.stage.wait(60 * 12)

    assert "诊室" not in day.doctor("候诊情况")
