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
        TO_NAME + "赵淑兰 三三零五二一，一九六零零七一二，三八二四，一三八，零零一三，八零零零",
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
    ("挂骨科周三上午；1；1；1；8:00", "已经记下了", "不留了"),
    ("挂骨科周三上午；1；1；1；就8点那个", "已经记下了", "不留了"),
    ("挂骨科；1；1；1；骨科的", "已经记下了", "不留了"),
    (TO_NAME + "骨科8点的号我要", "已经记下了", "不留了"),
    (TO_NAME + "夏天成有号了告诉我", "先把选好的号办完", "不留了"),
    (TO_NAME + "还是周五下午吧", "刚才选的号不留了", "已经记下"),
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
    ("挂消化内科；那还是换成打预防针吧", "预防接种门诊可以约的号", "不能代替医生"),
    # Where, and with whom.
    ("第一医院的产科，周四上午", "第一综合医院产科", "石桥镇"),
    ("挂市一院的口腔科", "口腔科可以约的号", "柳溪"),
    ("挂柳溪社区的口腔科", "口腔科可以约的号", "第一综合医院"),
    ("看牙；不去社区，要大医院", "只看大医院的号", "柳溪"),
    ("看牙；1；不想去社区", "只看大医院的号", "柳溪"),
    ("看牙，不要大医院", "只看社区", "第一综合医院"),
    ("挂骨科；要大医院的", "下面都是大医院的号", "没听明白"),
    ("挂产科，最好是女医生", "资料没有写", "没听明白"),
    ("看牙；有没有女大夫", "资料没有写", "想挂谁的号"),
    ("看牙；医生要男的", "资料没有写", "没听明白"),
    ("看牙；会不会有人知道我看这个，单位会查到吗", "信息加密保存", "没听明白"),
    # Who only stands in for the department is not said to be it.
    ("下面不太舒服；2；这周六有吗", "周六泌尿外科不出诊", "周六 上午有普通号"),
)
# To a booking of Wednesday morning at eight, nothing open.
BOOKED = "挂骨科周三上午；1；1；1；1；赵淑兰 330521196007123824；不留；1；1；2；"
MOVED = BOOKED + "改时间；1；1；1；"
AFTERWARDS = (
    # What is booked is moved, whatever else is being asked.
    (BOOKED + "昨天有一点出血；我的预约改到下周五", "现在约的是", "出血"),
    (BOOKED + "头晕；之前约好的号改到周五", "现在约的是", "头晕"),
    (BOOKED + "肚子疼；把我的预约取消", "骨科", "肚子"),
    # A reminder moves nothing.
    (BOOKED + "能提前一天提醒我两次吗", "", "可以改到"),
    (BOOKED + "提前两天通知我一声", "", "可以改到"),
    (BOOKED + "就诊提前一天给我发短信", "", "可以改到"),
    (BOOKED + "提前一天吧", "可以改到", "没听明白"),
    # What was done is not said to be undone.
    (MOVED + "不改了", "改到：普通号，11月25日 周三 上午8:00", "没有改动"),
    (MOVED + "不改了；1", "已改好", "没有改动"),
    (BOOKED + "不改了", "照旧", "请核对改期"),
    (BOOKED + "改成昨天的日期", "已经过了", "您上次看的医生"),
    # The same for somebody else.
    (BOOKED + "给我妈也挂同一天同一个医生", "骨科 11月25日 周三 上午", "哪里不舒服"),
    (BOOKED + "再给我爸约一个，同一个大夫", "骨科", "哪里不舒服"),
    (BOOKED + "再给我爸挂同一天的眼科", "眼科 11月25日 周三 上午", "骨科"),
)


@pytest.mark.story
@pytest.mark.parametrize(("said", "wanted", "unwanted"), TALKS, ids=[t[0] for t in TALKS])
def test_it_is_taken_for_what_it_is(stage, said, wanted, unwanted):
    *_, answer = [stage.patient.say(text) for text in said.split("；")]

    assert wanted in answer
    assert unwanted not in answer


@pytest.mark.story
@pytest.mark.parametrize(
    ("said", "wanted", "unwanted"), AFTERWARDS, ids=[t[0] for t in AFTERWARDS]
)
def test_afterwards_too(stage, said, wanted, unwanted):
    test_it_is_taken_for_what_it_is(stage, said, wanted, unwanted)
