"""
What is said when a message was not understood: put it differently, then choices, then a person.

Of each kind the last two sentences take turns, so that nobody is told the same twice in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Where options are shown, where a question stands alone, and where nothing was asked.
NOT_UNDERSTOOD: Mapping[str, Sequence[str]] = {
    "list": (
        "抱歉，我没听明白。您可以换个说法，或直接回复选项前的数字。",
        "还是没能理解。请看下面，回复一个数字就行；不想继续了，回复“退出”。",
        "是我没弄懂，不怪您。回复“人工”，请工作人员帮您；也可以再选一次：",
        "这句我也没懂。回复一个数字最快；要人帮忙，回复“人工”。",
    ),
    "open": (
        "抱歉，我没听明白，请换个说法再说一遍。",
        "还是没能理解。请看下面的问题再答一次；不想继续了，回复“退出”。",
        "是我没弄懂，不怪您。回复“人工”，请工作人员帮您；也可以再答一次：",
        "这句我也没懂。要人帮忙，回复“人工”；不办了，回复“退出”。",
    ),
    "lost": (
        "抱歉，这句我没听明白。您哪里不舒服？直接告诉我就行，也可以说“挂号”“我的预约”。",
        "您可以这样说：“头晕，想挂明天上午的号”。需要人帮忙，说“人工”。",
        "是我没弄懂，不怪您。回复“人工”，请工作人员帮您。",
        "这句我也没懂。回复一个数字最快；要人帮忙，回复“人工”。",
    ),
}
# Scolding, impatience and chat get a kind word and the way back to work.
BESIDES: Mapping[str, Sequence[str]] = {
    "rude": (
        "让您着急了，对不住。我来帮您把事办好。",
        "您别生气，我慢慢帮您办；想找真人，回复“人工”。",
        "对不住，是我做得不好。回复“人工”，请工作人员来帮您。",
    ),
    "upset": (
        "给您添麻烦了，对不住，我们一步一步来，很快就好。",
        "您别急，只差几步；嫌麻烦就回复“人工”，请工作人员帮您。",
        "对不住，让您费心了。回复“人工”，请工作人员来帮您。",
    ),
    "off_topic": (
        "这个我不在行，我只管挂号和医院的事。",
        "我只会挂号、查预约、取消和改时间，别的帮不上您。",
        "这个真帮不上您。看病的事，随时跟我说。",
    ),
    "wait_later": (
        "先把选好的号办完；办好以后再说“候补”，我帮您排别的号。",
        "候补等这个号办好以后再排，选好的号没有变。",
    ),
    "skip": (
        "这一步跳不过去，要答了才能往下办。",
        "这一步一定要答；不想办了，回复“退出”，要人帮忙回复“人工”。",
    ),
    "wait_a_bit": (
        "不急，我等您，问好了再回我。",
        "没关系，什么时候弄好什么时候回；不办了，回复“退出”。",
    ),
    "unsure": (
        "没关系，不清楚的话慢慢看；要人帮忙，回复“人工”。",
        "拿不准也不要紧，可以问家里人；要人帮忙，回复“人工”。",
    ),
}
# Name, number or telephone before they are asked for: none of it is kept yet.
NOT_YET = (
    "姓名、证件号、手机号等登记时再发，现在还没有保存。",
    "您发的个人信息还没有保存，登记时再发一遍就行。",
)
# Said once more, and known already.
KNOWN = "这个已经记下了，请接着答下面的："
# A yes, where one of several is to be chosen.
WHICH_ONE = (
    "好的，要哪一个？回复前面的数字就行。",
    "选哪一个都行，回复一个数字；要人帮忙，回复“人工”。",
)
# Somebody of the desk was asked for already.
WAITING = (
    "您的话已经记下，工作人员看到会联系您。这边要接着办，也可以：",
    "已经请了工作人员，请等一等。急事请打医院电话或120。",
)


def nth(sentences: Sequence[str], count: int) -> str:
    """Return the sentence for who was not understood `count` times before."""
    if count < len(sentences):
        return sentences[count]
    return sentences[-1 - (count - len(sentences) + 1) % 2]
