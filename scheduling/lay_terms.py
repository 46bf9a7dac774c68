"""
What patients say and doctors write for the same complaint: 头晕 and 眩晕.

Only for matching a doctor's printed expertise; it decides no department and no urgency. Everyday
synonyms, put together by us; a wrong pair costs a place in a ranking, nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence

_SAME = (
    ("头晕", "眩晕", "头昏", "天旋地转"),
    ("头痛", "头疼", "偏头痛"),
    ("失眠", "睡不着", "睡眠障碍", "睡不好"),
    ("发烧", "发热", "高热"),
    ("拉肚子", "腹泻", "拉稀"),
    ("肚子疼", "肚子痛", "腹痛"),
    ("胃痛", "胃疼"),
    ("牙疼", "牙痛"),
    ("腰痛", "腰疼"),
    ("膝盖疼", "膝盖痛", "膝关节痛"),
    ("关节痛", "关节疼"),
    ("心慌", "心悸"),
    ("气喘", "喘不上气", "呼吸困难"),
    ("腿肿", "脚肿", "水肿"),
    ("皮肤痒", "瘙痒"),
    ("青春痘", "痤疮", "痘痘"),
    ("咽喉痛", "嗓子疼", "喉咙痛", "喉咙疼", "咽痛"),
    ("鼻出血", "流鼻血"),
    ("看东西模糊", "视物模糊", "看不清"),
    ("尿频尿急", "尿频", "总想尿"),
    ("血压高", "高血压"),
    ("血糖高", "糖尿病"),
    ("手脚麻木", "手麻", "脚麻", "麻木"),
    ("月经不调", "月经不准", "例假不准"),
    ("记忆力下降", "记性不好", "健忘"),
)


def widen(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words and what doctors may call the same; order kept, nothing twice."""
    more = [
        other
        for same in _SAME
        if any(one in word for one in same for word in words)
        for other in same
    ]
    return tuple(dict.fromkeys([*words, *more]))
