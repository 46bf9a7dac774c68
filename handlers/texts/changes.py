"""The sentences for when what is shown does not suit."""

from __future__ import annotations

WHAT_TO_CHANGE = "好的，您想怎么改？可以说别的日子、别的医生、别的科，不挂了就说“退出”。"
NOT_THIS = "好的，换一个看看。"
ANOTHER_TIME = "好的，看看别的时间。想哪天来，也可以直接说，例如“周五下午”。"
ANOTHER_DOCTOR = "好的，换一位医生。"
FEWER_FIRST = "好的，余号多、人少的排在前面："
WHICH_DOCTOR_NOT = "不要哪位医生？直接说名字，例如“不要张医生”；或者回复数字选一个："
ANOTHER_SITE = "好的，换一家医院。"
ANOTHER_DEPT = "好的，换个科。"
ANOTHER_PATIENT = "好的，换就诊人。"
ONLY_SITE = "这个科只有这一家医院有。"
# What was asked for and is given up, by the wish that is the narrowest.
WIDER = {
    "when": "您要的时间就这些了，看看别的时间：",
    "wish": "您要的这种号就这些了，看看别的号：",
    "site": "这家医院就这些了，看看别的医院：",
}
THAT_IS_ALL = "就这些了。可以说别的日子或别的科，要人帮忙说“人工”。"
DROPPED = "好的，刚才选的号不留了，我们重新选。"
DAY_NOTED = "好的，日子记下了，先答这一题："
EARLIER = "好的，看看更早的："
NO_EARLIER = "没有更早的了。"
LATER = "好的，看看晚一些的："
NO_LATER = "没有更晚的了，再往后的号还没放出来。"
