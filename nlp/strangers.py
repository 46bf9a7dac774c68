"""Doctors who are asked for by name and whom the hospital does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
    "丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤"
    "尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫"
    "庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍翁隋植甘景单包司柏宁柯阮桂闵"
)
_TITLE = r"(?:(?:副?主任)?医[生师]|大夫|主任|教授|专家)"
# 「约眼科欧阳锋主任」
_WHERE = r"(?:一?个|一下)?(?:[\u4e00-\u9fff]{1,6}?(?:科|门诊)的?)?"
_VERB = rf"(?:挂|约|找|看|预约|要|想要){_WHERE}"
_TITLED = re.compile(rf"{_VERB}(?P<name>[{_SURNAMES}]{_TITLE})")
_NAMED = re.compile(
    rf"{_VERB}(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=的号|的专家号|{_TITLE})"
)
# Days, hours, departments and the adjectives of a number are none.
_NO_NAME = re.compile(
    r"^(?:任[何意]|方便|常规|高级|安[排全]|时[间段候]|万[能一]|成人|童|管用|温和|全)"
    r"|(?!^)[一二三四五六七八九十日天末午晚早号科诊医院师生病痛症炎癌疮瘤障压糖血的那这哪几个么了]"
)


def find(text: str, complaints: Sequence[str]) -> str:
    """Return who was asked for by name, as 李建国 or 李医生; empty where nobody was."""
    titled = _TITLED.search(text)
    if titled is not None:
        return titled["name"]
    found = _NAMED.search(text)
    name = found["name"] if found else ""
    is_complaint = any(name in word or word in name for word in complaints)
    return "" if is_complaint or _NO_NAME.search(name) else name
