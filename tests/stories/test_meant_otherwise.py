"""The same wish in other words, and what was never wished: each is taken for what is meant."""

from __future__ import annotations

import pytest

# To a booking of Wednesday morning at eight, nothing open.
BOOKED = "挂骨科周三上午；1；1；1；1；赵淑兰 330521196007123824；不留；1；1；2；"
CANCELLED = BOOKED + "取消；1；1；"
# What is said, what the last answer must hold, and what it must not.
FULL = (
    # The day that is asked about is kept, whether it is said to be full or asked.
    ("挂骨科；明天满了吗", "11月25日 周三", "11月24日"),
    ("挂骨科；后天约满没有", "11月26日 周四", "11月24日"),
    ("挂骨科；周三没号了", "11月25日 周三", "没听明白"),
    ("骨科明天满了吗", "11月25日 周三", "11月24日"),
    ("骨科后天号满了没有", "11月26日 周四", "加号"),
    ("今天满了吗", "哪里不舒服", "加号"),
    ("挂骨科；周三满了就周四", "11月26日 周四", "11月25日"),
    ("挂骨科；周三没空", "", "11月25日 周三 上午 最早8:00，20元（余19个号）\n2. 钟"),
)
TAKEN_BACK = (
    (CANCELLED + "能恢复刚才取消的号吗", "已恢复", ""),
    (CANCELLED + "把刚才取消的还给我", "已恢复", ""),
    (CANCELLED + "刚退的那个还能要回来吗", "已恢复", "不能代替医生"),
    (CANCELLED + "我刚才不小心取消了", "已恢复", ""),
    (CANCELLED + "手滑点了取消", "已恢复", ""),
    (CANCELLED + "能不能撤回刚才的取消", "已恢复", ""),
    # At the question for the reason, too.
    (BOOKED + "取消；1；刚才那个取消错了", "已恢复", ""),
    (BOOKED + "取消；不小心点了取消", "您的预约还在", "已取消"),
)
NEVER_WISHED = (
    (BOOKED + "取消；不是要取消", "您的预约还在", "已取消"),
    (BOOKED + "取消；没有要取消啊，我问一下", "您的预约还在", "已取消"),
    (BOOKED + "取消；谁要取消了", "您的预约还在", "确定取消"),
    (BOOKED + "取消；我不是这个意思", "您的预约还在", "确定取消"),
    (BOOKED + "取消；不是取消，我要改时间", "可以改到", "已取消"),
    (BOOKED + "改时间；我不是要改时间", "什么都没有改动", "可以改到"),
    (BOOKED + "改时间；谁让你改了", "什么都没有改动", "可以改到"),
    (BOOKED + "改时间；你理解错了", "什么都没有改动", "可以改到"),
)
FAMILY = (
    (BOOKED + "我有哪些家人", "赵*兰（本人）", "预约号"),
    (BOOKED + "看看我家人名单", "赵*兰（本人）", "预约号"),
    (BOOKED + "就诊人都有谁", "赵*兰（本人）", "医生"),
    (BOOKED + "我都给谁登记过", "赵*兰（本人）", "是不是已经登记过"),
    (BOOKED + "帮我看看都绑了哪些就诊人", "赵*兰（本人）", "预约号"),
    (BOOKED + "你这里有我家谁的信息", "赵*兰（本人）", "是不是已经登记过"),
)
FOR_ANOTHER = (
    (BOOKED + "改时间；给我妈也挂同一天同一个医生", "骨科 11月25日 周三 上午", "没有已约的号"),
    (BOOKED + "取消；再给我爸约个一样的", "骨科 11月25日 周三 上午", "没有已约的号"),
    (BOOKED + "改时间；我妈的也改到同一天", "妈妈现在没有已约的号", "可以约的号"),
)
# To the last question of a booking.
TO_CONFIRM = "挂{}周三上午；1；1；1；1；赵淑兰 330521199007123824；不留；1；"
COMPLAINTS = (
    # Who books there is expecting: bleeding is asked about, wherever it is told.
    (TO_CONFIRM.format("产科") + "昨天有一点出血", "先问一句要紧的", "已经记下"),
    ("挂产科周三上午；昨天有一点出血", "先问一句要紧的", "可以约的号"),
    ("产后42天复查，挂产科", "可以约的号", "先问一句要紧的"),
    (TO_CONFIRM.format("骨科") + "还有点头晕", "先问一句要紧的", "看病时也请告诉医生"),
    (TO_CONFIRM.format("骨科") + "昨天有一点出血", "看病时也请告诉医生", "已经记下"),
    (TO_CONFIRM.format("骨科") + "腿越来越麻了", "直接去急诊", "已经记下"),
    (TO_CONFIRM.format("骨科") + "现在疼得受不了了", "直接去急诊", "我们接着办"),
)
REMINDERS = (
    (BOOKED + "别再给我发提醒了", "提醒我这里关不掉", "没有正在办的事"),
    (BOOKED + "不要给我发短信了，烦死了", "我们不发短信", "久等"),
    (BOOKED + "能不能别通知我", "提醒我这里关不掉", "核对过身份的家人"),
    (BOOKED + "取消提醒", "提醒我这里关不掉", "确定取消"),
    (BOOKED + "怎么把提醒关掉", "提醒我这里关不掉", ""),
    (BOOKED + "短信太多了能不能不发", "提醒我这里关不掉", ""),
    (BOOKED + "TD", "提醒我这里关不掉", "肚子"),
    (BOOKED + "以后不要发消息给我", "提醒我这里关不掉", "前一天晚上"),
    (BOOKED + "会提醒我吗", "前一天晚上", "关不掉"),
    (BOOKED + "别通知我女儿", "核对身份", "关不掉"),
)
CHECK_UPS = (
    ("做体检", "本院没有体检科", "儿童"),
    ("公司要求入职体检，怎么约", "本院没有体检科", "儿童"),
    ("我想做个全身体检", "打医院电话", "儿童"),
    ("我想给孩子做个体检", "儿童保健科可以约的号", "本院没有"),
    ("娃入园体检", "儿童保健科可以约的号", "本院没有"),
    ("做体检发现血压高", "心血管内科", "儿童"),
    ("单位体检查出肺结节", "呼吸内科", "本院没有"),
)
TOO_EARLY = (
    ("挂骨科周三上午；1；1；1；王秀英", "同意登记请回复1", "没听明白"),
    ("挂骨科周三上午；1；1；1；王秀英；1", "真实姓名", ""),
)
EYES = (
    ("给孩子想挂看眼镜", "眼科可以约的号", "儿科"),
    ("给娃查视力", "眼科可以约的号", "儿科"),
    ("挂儿科；孩子想配副眼镜", "眼科可以约的号", "儿科"),
    ("孩子眼睛近视", "眼科可以约的号", "儿科"),
)
MOVED = BOOKED + "改时间；1；1；1；"
MOVED_BACK = (
    (MOVED + "改错了，改回去", "改到：普通号，11月25日 周三 上午8:00", "正在办"),
    (MOVED + "还是原来那个时间吧", "改到：普通号，11月25日 周三 上午8:00", "可以改到"),
    (MOVED + "刚才改错了；1", "已改好", "可以改到"),
    (MOVED + "撤销", "改到：普通号，11月25日 周三 上午8:00", "确定取消"),
    (MOVED + "恢复", "改到：普通号，11月25日 周三 上午8:00", "没有刚取消的号"),
    (BOOKED + "改时间；还是原来的时间吧", "您的预约还在", "可以改到"),
    (BOOKED + "撤销", "确定取消", "改到"),
    (CANCELLED + "我又后悔了", "已恢复", "没听明白"),
    (CANCELLED + "再给我挂回刚才那个号", "已恢复", "哪里不舒服"),
)
INSTEAD = (
    # Who wants it moved does not cancel: nothing of the cancelling is left.
    (BOOKED + "取消；改到周五下午", "可以改到", "确定取消"),
    (BOOKED + "取消；改到周五下午；1；1；1", "已改好", "确定取消"),
    (BOOKED + "取消；别取消，换个时间", "可以改到", "您的预约还在"),
    (BOOKED + "改时间；再给我爸也挂一个", "哪里不舒服", "没有已约的号"),
    (BOOKED + "我妈登记了没有", "赵*兰（本人）", "真实姓名"),
    (BOOKED + "我登记的手机号是多少", "赵*兰（本人）", "加密保存，只用于"),
)
TALKS = (*FULL, *TAKEN_BACK, *NEVER_WISHED, *FAMILY, *FOR_ANOTHER, *COMPLAINTS, *REMINDERS,
         *CHECK_UPS, *TOO_EARLY, *EYES,
         *MOVED_BACK, *INSTEAD)  # fmt: skip


@pytest.mark.story
@pytest.mark.parametrize(("said", "wanted", "unwanted"), TALKS, ids=[t[0] for t in TALKS])
def test_it_is_taken_for_what_is_meant(stage, said, wanted, unwanted):
    *_, answer = [stage.patient.say(text) for text in said.split("；")]

    assert wanted in answer
    assert not unwanted or unwanted not in answer
