"""What people come to a hospital's desk for besides being ill, each asked in several voices."""

from __future__ import annotations

import pytest

from tests.stories.ward import booked

pytestmark = pytest.mark.story

# What nobody hears who asked for a service.
NEVER = ("不能代替医生", "您哪里不舒服？直接", "没听明白", "再问一句", "还没定")
LIST = "回复数字选一个"
# The subject, what the answer holds, and how people ask: 「；」 parts the turns of one person.
ANSWERED = {
    "check-up": (
        ("体检", "在这里约不了", "0000-5550100"),
        ("入职体检怎么弄，要空腹吗", "驾驶证体检在哪做", "退休老人免费体检什么时候",
         "考驾照要体检，来你们医院行不", "单位让我做个入职的体检，挂什么号"),
    ),
    "marriage": (
        ("婚前检查", "婚姻登记处"),
        ("我和对象要领证，婚前检查在你们这做吗", "婚检要带什么"),
    ),
    "papers of the state": (
        ("查不到", "0000-5550100"),
        ("健康证怎么办", "出生证明怎么补", "残疾鉴定能做吗", "工伤鉴定找谁", "怎么开死亡证明",
         "新娃的出生证丢了", "办健康证去哪个窗口"),
    ),
    "beaten": (("急诊看，不用预约", "报警"), ("打架被打了，要验伤",)),
    "blood": (("血站",), ("献血", "想献血去哪")),
    "blood type": (("挂全科",), ("我要查血型", "血型怎么查")),
    "ward": (
        ("查不到", "0000-5550100"),
        ("能住院吗，床位紧不紧", "住院的费用清单", "几点可以探视病人", "住院押金交多少",
         "请护工多少钱"),
    ),
    "prices": (
        ("检查、治疗、手术要多少钱，我这里查不到",),
        ("核磁共振要多少钱", "近视手术多少钱", "种一颗牙要多少钱", "割包皮贵不贵",
         "HPV疫苗多少钱一针"),
    ),
    "insurance": (
        ("医保窗口",),
        ("挂号费能报销吗", "公费医疗", "慢病卡怎么办理", "异地医保报销比例", "住院医保怎么报"),
    ),
    "no insurance": (("没有医保也能看病",), ("我没医保能看吗", "没有社保能挂号吗")),
    "empty card": (("没钱也能看病",), ("医保卡里没钱了能看吗",)),
    "examinations": (("由医生开单",), ("做胃镜要预约吗", "石桥镇能拍片子吗", "彩超在几楼做")),
    "fasting": (("不用空腹", "要空腹"), ("抽血前能吃早饭吗", "胃镜前能喝水吗", "做b超要憋尿吗")),
    "injections": (("医生", "看"), ("打针在哪打（自己带药）", "拆线要挂号吗")),
    "blood pressure": (("不用先挂号",), ("量血压要挂号吗",)),
    "fever clinic": (
        ("发热门诊在急诊楼东侧独立入口", "不用预约，直接去"),
        ("新冠阳了怎么办", "核酸在哪做", "发烧门诊有没有", "发热门诊几点开", "我阳了去哪看"),
    ),
    "vaccines": (
        ("接种", "预防接种门诊"),
        ("孩子该打什么疫苗了", "宝宝三个月该打什么针", "疫苗漏打了怎么补"),
    ),
    "medicine for others": (("由医生定", "慢病管理门诊"), ("我妈的降压药能代开吗",)),
    "pharmacy": (("先到一楼缴费，再到药房",), ("看完了，药在哪拿",)),
    "a note": (("由医生开",), ("能开病假条吗，我上周没来", "我要请假，单位要求有盖章的证明")),
    "minors": (("不满14岁的", "监护人"), ("要大人陪吗", "我16岁能自己去看病吗")),
    "a child without a card": (("户口本上的身份证号",), ("小孩没有身份证怎么挂",)),
    "today": (
        ("就诊前30分钟停止预约",),
        ("可以挂当天的号吗", "最晚几点停止挂号", "今天的号几点截止", "当天还能挂号吗"),
    ),
    "no show": (("约了没来",), ("挂了号没去会怎么样",)),
    "hours": (("8:00-11:30",), ("你们几点上班", "星期天看不看病", "有没有夜间门诊")),
    "feasts": (("节假日怎么安排我这里查不到",), ("元旦那天上班吗", "五一放假吗", "过年放假不")),
    "sites": (("柳溪", "石桥镇"), ("第一医院和柳溪有啥区别",)),
    "online": (("标着“线上”",), ("线上能看病吗", "能不能视频看医生")),
    "a telephone of others": (("家人的手机号",), ("挂号可以用别人手机号吗",)),
    "the wrong department": (("取消预约",), ("挂错科了怎么办",)),
    "early": (("可以早到",), ("早到有用吗",)),
    "paying": (("一楼缴费",), ("什么时候付钱", "可以微信付钱吗")),
    "ambulance": (("打120问",), ("打120多少钱",)),
    "home": (("上门",), ("能上门吗",)),
    "who is best": (("我不好说",), ("哪个医院看孩子好", "想看最好的医生")),
    "is a doctor here": (("自动助手",), ("医生在吗",)),
    "alcohol": (("不要喝酒",), ("吃头孢能喝酒吗",)),
    "why a clinic is stopped": (("停诊给您添麻烦了",), ("为什么停诊啊",)),
    "transfer": (("转诊",), ("转诊单怎么开", "转院怎么办")),
    "invoice": (("缴费窗口",), ("电子发票怎么打",)),
    "two of one name": (("骨科张伟", "全科医学科张伟"), ("张伟医生哪天坐诊",)),
    "a surname": (("王建国", "王建果"), ("有没有姓王的医生",)),
    "a dentist": (("柳溪社区卫生服务中心口腔科", "马骏驰"), ("柳溪卫生院有没有牙医",)),
    "dialysis": (("肾内科：门诊楼",), ("透析在哪做",)),
}  # fmt: skip


@pytest.mark.parametrize("subject", ANSWERED)
def test_the_desk_answers_what_it_is_for(stage, subject):
    wanted, texts = ANSWERED[subject]
    wrong = []
    for number, text in enumerate(texts):
        stage.patient.openid = f"oDesk{number}"
        answer = stage.patient.say(text)
        unheard = [word for word in (*NEVER, LIST) if word in answer]
        if unheard or not all(word in answer for word in wanted):
            wrong.append((text, answer))

    assert wrong == []


# 「能看…吗」 asks the desk, which answers with the department; the rest are complaints as before.
SEEN = (
    ("你们能不能看银屑病", "皮肤科可以约的号"),
    ("能看高血压吗", "心血管内科可以约的号"),
    ("能不能看痔疮", "普外科可以约的号"),
    ("你们医院能看抑郁症吗", "精神心理科"),
    ("备孕想检查", "妇女保健科可以约的号"),
    ("献血后头晕", "先问一句要紧的"),
    ("体检发现肺结节怎么办", "可以约的号"),
    ("打针的地方肿了", "再问一句"),
    ("拆线后伤口裂开了", "可以约的号"),
    ("我肚子疼，身份证丢在老家了，能看病不", "您说“肚子疼”"),
    ("打流感疫苗", "预防接种门诊可以约的号"),
)


@pytest.mark.parametrize(("said", "wanted"), SEEN, ids=[said for said, _ in SEEN])
def test_what_is_treated_is_a_question_of_the_desk_and_an_illness_stays_one(stage, said, wanted):
    answer = stage.patient.say(said)

    assert wanted in answer
    assert "不能代替医生" not in answer


def test_who_waits_for_a_person_is_not_sent_for_one(stage):
    stage.patient.say("人工")
    answer = stage.patient.say("我想问下我妈住院手术的押金")
    later = stage.patient.say("怎么没人理我")

    assert "一起转给" in answer
    assert "回复“人工”" not in answer
    assert "您的话已经转给工作人员" in later


def test_where_the_canteen_is_is_not_where_the_room_is(stage):
    stage.patient.say("打流感疫苗")

    assert "指示牌" in stage.patient.say("食堂在哪")
    assert "停车我这里查不到" in stage.patient.say("停车场在哪")


def test_on_which_floor_the_booked_visit_is(stage):
    booked(stage)

    assert "门诊楼4楼A区" in stage.patient.say("挂的是几楼")
