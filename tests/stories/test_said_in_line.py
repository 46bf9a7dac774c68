"""What people say on the day of the visit: old, hurried, in dialect, or for others."""

from __future__ import annotations

import pytest

from tests.stories.test_visit_day import Day, day, morning

__all__ = ["day", "morning"]  # fixtures
pytestmark = pytest.mark.story

WORSE = "马上告诉分诊台，不用等叫号"
DESK = "请问分诊台"
ROOM = "16-1诊室（门诊楼4楼A区）"
RUSH = "能不能先看由分诊台定"
KEPT = "号给您留着"
# Said before she has checked in; nothing of it checks in.
ON_THE_WAY = {
    "我要晚半个小时到，咋办": "晚到30分钟以内还按约的时间排",
    "我提前一个钟头就到咯": "还没到不用签到",
    "我还在停车，先帮我签到行吗": "还没到不用签到",
    "大夫我起晚了，刚出门": "还没到不用签到",
    "老娘走得慢，要晚几分钟": "还没到不用签到",
    "找了一圈没看到你们科": "门诊楼4楼A区，16-1诊室",
    "我应该去门诊楼还是住院楼": "门诊楼4楼A区，16-1诊室",
    "我走错地方了": "门诊楼4楼A区，16-1诊室",
    "我走到急诊楼来了，门诊在哪": "门诊楼4楼A区，16-1诊室",
    "我扫不了码咋办": "您已经到医院了吗",
    "老人家腿脚不好，没人推轮椅": "导诊台",
    "现在是给谁挂": "您已约的号",
}
# Said in line, one after the other; nothing of it changes where she stands.
IN_LINE = {
    "医生是不是去吃饭了": "现在还没有收到",
    "医生人影都没得": DESK,
    "里面没人啊医生去哪了": DESK,
    "诊室门关着": DESK,
    "屏幕上怎么没有我": "叫号屏每个诊室只显示接下来的几位",
    "为什么我名字是星号": "名字中间用*代替",
    "我号丢了": "纸条丢了也照叫",
    "我那个单子弄丢了，号还有没有": "C002号",
    "手机没电了怎么叫我": "手机没电也照样叫您",
    "能不能先给我看，我赶车": RUSH,
    "我十二点要接孩子，赶得上不": RUSH,
    "我就看个结果还要排队吗": RUSH,
    "娃儿一直哭，能不能先看": RUSH,
    "那个人加塞你们管不管": "叫号规则",
    "一个关系户直接进去了": "叫号规则",
    "这个医生太慢，能换一个吗": "排队号不变",
    "隔壁那个医生没人，我能过去不": "排队号不变",
    "医生让我换到3诊室": "排队号不变",
    "我想先回去下午再来": "这个班次到11:30",
    "让后面的人先看，我等一下": "走开一下，说“我出去一下”",
    "中午医生休息我还等吗": "这个班次到11:30",
    "我在上厕所，叫到我了咋办": "过号不作废",
    "我耳朵背，听不见喊": "叫号屏上有您的排队号",
    "我眼睛看不清屏幕": "叫号屏上有您的排队号",
    "我不会看手机，叫到我怎么知道": "叫号屏上有您的排队号",
    "我不识字，不知道进哪个门": ROOM,
    "诊室换了吗": ROOM,
    "我在一楼还是四楼等": ROOM,
    "广播里喊的啥我听不懂": "叫号屏上有您的排队号",
    "我没有智能手机，怎么晓得到我": "叫号屏上有您的排队号",
    "孩子闹得不行，能提前吗": RUSH,
    "我等会要赶回村里的班车": RUSH,
    "我还是明天再来吧": "这个班次到11:30",
    "给我往后排两个": "走开一下，说“我出去一下”",
    "怎么又过去一个不是我": "前面1位",
    "C002是我吗": "前面1位",
    "我好像要晕": WORSE,
    "啷个还不喊我": "前面1位",
    "刚才在厕所，叫我没听见": "您没有过号",
    "片子拍好了咋整": "前面1位",
    "前面的人看了半个小时了": "前面1位",
    "我可以上去了吗": "前面1位",
    "号会不会作废": "前面1位",
    "你们到底行不行，等到天黑了": "让您久等了",
    "叫快点": "让您久等了",
    "要先量血压吗": DESK,
    "医生喊错名字了": DESK,
    "要先交钱吗": "缴费",
    "厕所在哪": "指示牌",
    "医生看完了去哪拿药": "指示牌",
    "我妈在里面看，我能进去吗": "家属能不能陪着进诊室",
    "我妈坐不住了，能不能先看": WORSE,
    "我头越来越昏": WORSE,
    "我肚子越来越疼了": WORSE,
    "我快晕过去了": WORSE,
    "我要吐了": WORSE,
    "好": "好的。快到时在微信提醒您",
    "我肚子疼": "您说“肚子疼”，看病时也请告诉医生",
    "我不太舒服": "马上告诉分诊台",
    "等得我腰疼": "难受得厉害、情况变重，马上告诉分诊台",
    "我头晕": "请现在就告诉分诊台",
    "名字叫错了": DESK,
    "能换到李静医生那边吗": "排队号不变",
    "我想换李静医生看行吗": "排队号不变",
}
LEAVES = (
    "我去做个检查，一会儿回来",
    "我出去转一圈再回来行吗",
    "我去接个娃儿，半小时回来",
    "算了不看了",
    "我走了啊",
    "我下楼买瓶水就上来",
    "这里太闷了我出去透透气",
    "我去接一下我闺女",
    "先看别人吧我出去接个人",
)
OUT = {
    "我迟点回来": KEPT,
    "我来不及回来了": KEPT,
    "我马上就回来": KEPT,
    "我没赶回来，号还在吗": KEPT,
}
RESULTS = {
    "结果要两个小时才出来": "这个班次到11:30",
    "医生下班前拿不到报告咋办": "请到分诊台问怎么办",
    "抽完血了，要等结果": KEPT,
    "化验单子还没打出来": KEPT,
    "在哪里做检查": "检查地点一般写在检查单上",
}
CALLED = {
    "等一下，我在厕所": "赶不上也不要紧",
    "我还在楼下，马上上来": "过号不作废",
    "里面有人啊": "请马上进16-1诊室",
}
MISSED = {
    "喊我的时候我在拍片": "您回来了吗",
    "对不起我来晚了": "您回来了吗",
    "哎呀我睡着了没听见": "号没有作废",
    "我错过了，急死人了": "号没有作废",
    "现在能进去吗": "您回来了吗",
}
# Whoever gets worse in line hears what everybody hears.
DANGERS = {
    "我胸口闷喘不上气了": "120",
    "我妈晕倒了": "急诊",
    "我爸突然说话不清楚了": "120",
    "孩子抽了": "急诊",
    "流血止不住": "120",
}


def in_line(day: Day) -> None:
    day.others(1)
    day.scan("checkin:GH")


def inside(day: Day) -> None:
    in_line(day)
    day.call()
    assert "张*国" in day.call()


def wrongs(day: Day, said: dict[str, str]) -> dict[str, str]:
    """Say it all, one after the other; returns what was answered otherwise."""
    told = {words: day.say(words) for words in said}
    return {words: answer for words, answer in told.items() if said[words] not in answer}


def test_who_is_on_the_way_or_lost_in_the_house(day):
    assert not wrongs(day, ON_THE_WAY)
    assert day.status() == "booked"


def test_who_is_here_and_cannot_find_the_room_is_checked_in_and_told_the_way(day):
    told = day.say("我到了医院但是找不到诊室")

    assert "签到好了" in told
    assert ROOM in told


def test_whom_a_number_is_for_can_be_asked_before_it_is_settled(day):
    day.say("挂骨科")

    told = day.say("现在是给谁挂")
    assert "还没定给谁挂" in told
    assert "骨科可以约的号" in told


def test_what_is_said_in_line_is_about_the_line(day):
    in_line(day)

    assert not wrongs(day, IN_LINE)
    assert "前面1位" in day.say("还要等多久"), "and nobody was moved by it"


@pytest.mark.parametrize("words", LEAVES)
def test_who_goes_away_for_a_while_is_not_called(day, words):
    in_line(day)

    assert "给您留着，这会儿不叫您" in day.say(words)


def test_who_is_out_and_takes_longer_keeps_the_number_and_is_not_back(day):
    in_line(day)
    day.say("我出去一下")

    assert not wrongs(day, OUT)
    assert "暂时离开了" in day.say("还要等多久")


def test_results_may_take_their_time(day):
    inside(day)
    day.stage.wait(3)
    day.doctor("看结果")

    assert not wrongs(day, RESULTS)
    assert "接着给您排" in day.say("结果拿到了")


def test_who_is_called_and_is_not_at_the_door_hears_what_happens_then(day):
    inside(day)

    assert not wrongs(day, CALLED)


def test_who_was_missed_is_asked_whether_she_is_back(day):
    inside(day)
    day.doctor("过号")

    assert not wrongs(day, MISSED)
    assert "接着给您排" in day.say("我一直坐在这里没走")


@pytest.mark.parametrize(("words", "answer"), DANGERS.items())
def test_who_gets_worse_in_line_hears_the_emergency_answer(day, words, answer):
    in_line(day)

    told = day.say(words)
    assert "【紧急】" in told
    assert answer in told


def test_a_complaint_with_a_wish_for_a_number_is_no_news_from_the_line(day):
    in_line(day)

    assert "可以约的号" in day.say("我妈头越来越疼，想挂个神经内科")


def test_who_is_ill_and_not_in_line_is_booked_for(day):
    in_line(day)

    assert "请选最像的一个" in day.say("我妈有点恶心")
    assert "李静 副主任医师" in day.say("挂李静医生")
