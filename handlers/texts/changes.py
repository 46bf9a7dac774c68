"""The sentences for when what is shown does not suit."""

from __future__ import annotations

WHAT_TO_CHANGE = "好的，您想怎么改？可以说别的日子、别的医生、别的科，不挂了就说“退出”。"
NOT_THIS = "好的，换一个看看。"
ANOTHER_TIME = "好的，看看别的时间。想哪天来，也可以直接说，例如“周五下午”。"
ANOTHER_DOCTOR = "好的，换一位医生。"
ANOTHER_SITE = "好的，换一家医院。"
ANOTHER_DEPT = "好的，换个科。"
ONLY_SITE = "这个科只有这一家医院有。"
WIDER = "这里就这些了，看看别的："
THAT_IS_ALL = "就这些了。可以说别的日子或别的科，要人帮忙说“人工”。"
DROPPED = "好的，刚才选的号不留了，我们重新选。"
