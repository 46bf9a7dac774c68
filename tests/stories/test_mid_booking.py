"""What people say in the middle of a booking is taken for what it is, and for nothing else."""

from __future__ import annotations

import pytest

# To the question for the name, of a number at eight o'clock.
TO_NAME = "挂骨科周三上午；1；1；1；1；"
# What is said, what the last answer must hold, and what it must not.
TALKS = (
    # A name is what people are called, and nothing else.
    (TO_NAME + "都对", "真实姓名", "身份证号（18位）"),
    (TO_NAME + "确认", "真实姓名", "身份证号（18位）"),
    (TO_NAME + "挂张伟周一", "重新选", "身份证号（18位）"),
    (TO_NAME + "约夏天成", "重新选", "身份证号（18位）"),
    (TO_NAME + "马上发", "真实姓名", "身份证号（18位）"),
    (TO_NAME + "周一下午", "真实姓名", "身份证号（18位）"),
    (TO_NAME + "欧阳雪梅", "身份证号（18位）", "真实姓名"),
    (TO_NAME + "周一鸣", "身份证号（18位）", "真实姓名"),
    (TO_NAME + "阿不都热合曼", "身份证号（18位）", "真实姓名"),
    (TO_NAME + "扎西次仁", "身份证号（18位）", "真实姓名"),
    # The name beside the number is the newest one; a new number replaces the old one.
    (TO_NAME + "王二麻；330521197707133833；王二 13711110002", "姓名：王二\n", "王二麻"),
    (TO_NAME + "王二麻；王二 330521197707133833；不留", "姓名：王二\n", "王二麻"),
    (TO_NAME + "王二；330521197707133833；不留；2；赵淑兰 330521196007123824", "尾号3824", "3833"),
    (TO_NAME + "13711110002 赵淑兰；330521196007123824", "手机：13711110002", "请发一个手机号"),
    (TO_NAME + "赵淑兰，女，330521196007123824；不留", "姓名：赵淑兰", "真实姓名"),
    # Numbers read out digit by digit.
    (
        TO_NAME + "赵淑兰身份证是三三零五二一一九六零零七一二三八二四电话幺三八零零一三八零零零",
        "手机：13800138000",
        "没听明白",
    ),
    (
        TO_NAME + "赵淑兰 三三零五二一，一九六零零七一二，三八二四，电话一三八，零零一三，八零零零",
        "尾号3824",
        "没听明白",
    ),
    (
        "挂骨科；1；张丽幺三八零零一三八零零零身份证三三零五二一一九八五零七一二三八二零",
        "选几点",
        "还没放出来",
    ),
    # What is not kept is not said to be.
    ("挂骨科；1；我老婆她叫张丽", "还没有保存", "已经记下"),
    ("挂骨科；1；我老婆她叫张丽；我老婆她叫张丽", "还没有保存", "已经记下"),
    ("挂骨科；赵淑兰 330521196007123824", "还没有保存", "已经记下"),
    # What was chosen is no other wish when it is said again.
    ("挂骨科周三上午；1；1；1；8:00", "号还给您留着", "不留了"),
    ("挂骨科周三上午；1；1；1；就8点那个", "号还给您留着", "不留了"),
    ("挂骨科；1；1；1；骨科的", "号还给您留着", "不留了"),
    (TO_NAME + "骨科8点的号我要", "号还给您留着", "不留了"),
    (TO_NAME + "夏天成有号了告诉我", "先把选好的号办完", "不留了"),
    (TO_NAME + "还是周五下午吧", "刚才选的号不留了", "给您留着"),
    # A place of the list and its time, in one breath.
    ("挂骨科；第二个，九点半", "什么人", "选几点"),
    ("挂骨科；第1个吧，上午9:30", "什么人", "选几点"),
    ("挂骨科周五；就上午那个吧第一个", "周五 上午，选几点", "下午，选几点"),
    ("挂骨科周五；下午的第一个", "周五 下午，选几点", "上午，选几点"),
    ("挂消化内科；消化内科嘛就最早的那个就行了嗯对", "选几点", "回复数字选一个"),
    # With whom one does something is not whom it is for.
    ("挂泌尿外科；时间短，跟老婆那个的时候；1；1", "什么人", "爱人还没有"),
    ("和老公同房后出血，挂妇科；1；1", "什么人", "爱人的"),
    ("跟孩子玩的时候扭了腰，挂骨科；1；1", "什么人", "孩子的"),
    # Another wish in the middle of choosing.
    ("挂消化内科；换成打预防针吧", "预防接种门诊可以约的号", "不能代替医生"),
    ("挂消化内科；1；算了还是看牙", "口腔科可以约的号", "消化内科"),
    ("挂消化内科；改成做理疗", "康复医学科可以约的号", "消化内科"),
    ("挂消化内科；1；要不还是拔罐", "中医科可以约的号", "消化内科"),
    ("挂消化内科；那就换成配眼镜", "眼科可以约的号", "消化内科"),
    ("挂消化内科；算了，打狂犬疫苗", "犬伤门诊不用预约", "消化内科"),
)


@pytest.mark.story
@pytest.mark.parametrize(("said", "wanted", "unwanted"), TALKS, ids=[t[0] for t in TALKS])
def test_it_is_taken_for_what_it_is(stage, said, wanted, unwanted):
    *_, answer = [stage.patient.say(text) for text in said.split("；")]

    assert wanted in answer
    assert unwanted not in answer
