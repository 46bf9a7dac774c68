"""
People who are only talked of: they said it, went before, or had the same illness.

「我同事说不错，我也想做」 and 「女儿让我来看看」 are about whoever writes; 「我妈说头疼」 and
「妈妈让我帮她挂」 are about the mother.
"""

from __future__ import annotations

import re

from nlp import lexicon
from nlp.sieve import Guarded

_WORDS = sorted(
    (r["word"] for r in lexicon.rows("persons.tsv") if r["relation"] != "self"),
    key=len,
    reverse=True,
)
_ANY = re.compile("|".join(map(re.escape, _WORDS)))
_KIN = f"(?:{_ANY.pattern})"
_ME = rf"[我俺咱](?!{_KIN}|[家们的])"
_HURTS = "(?:疼|痛|咳|痒|晕|难受|不舒服|吐|肿|喘|睡不)"
_SAYS = "(?:说|讲|推荐|介绍|告诉|劝|在你|去年|也在)"
_SENDS = "(?:[让叫喊劝催逼陪]着?|非要|要求|推荐|介绍)"
_DIED = "(?:走|死|没|去世|过世)的?了?"
_ONLY_TALKED_OF = Guarded(
    re.compile(
        rf"[我俺]?(?:们)?(?:同事|朋友|室友|邻居|同学|老乡|工友|亲戚)(?:们)?(?:也|都|之前|上次)?{_SAYS}"
        rf"|[我俺]?{_KIN}们?(?:都|就|也|老|一直|非|总)*{_SENDS}{_ME}(?![^,，。]{{0,6}}[给帮替为挂约])"
        rf"|[我俺]?{_KIN}(?:都|也|老|总|天天)?(?:埋怨|抱怨|嫌|笑话|骂|不信|着急|担心)(?:我|俺)?"
        # What one does with somebody is no wish for them; 「和我妈一起挂」 is one.
        rf"|(?<![给帮替为])[跟和与同](?:[我俺]的?)?{_KIN}(?!(?:[^,，。]{{0,4}}(?:一起|一块|都|也|各|两个人?|同时))?[^,，。]{{0,4}}(?:挂|约|登记|看病|看医生|看看|就诊))"
        rf"|[看带哄抱喂]{_KIN}(?:都|就|也)(?:烦|累|没劲)"
        rf"|[我俺]?{_KIN}(?:查了?|检查)?(?:都)?(?:没问题|没毛病|没事|正常)"
        rf"|[我俺]?{_KIN}(?:当年|以前)?(?:就)?(?:是|得)[^,，。 ]{{1,8}}{_DIED}"
    )
)
# Whose turn it is where a relative's illness stands before.
_MY_TURN = re.compile(
    rf"{_ME}[^,，。]{{0,4}}也[要想得]|{_ME}也(?!不知|不晓|不会|不懂|没空)|轮到(?:查)?我(?!{_KIN})|{_ME}(?:这边|今年|自己|这个?(?!{_KIN}))"
    "|怕(?:会)?(?:自己|遗传|传给?我|传染)"
    rf"|[,，。 ]{_ME}(?!想|要|帮|给|该|来|是|在|问|先)[^,，。 我俺]{{0,5}}{_HURTS}"
)
_MINE = re.compile(rf"[我俺咱]?{_KIN}")


def blanked(text: str) -> str:
    """Return the text with those who are only talked of blanked, of the same length."""
    if not _ANY.search(text):
        return text
    if _MY_TURN.search(text):
        return _MINE.sub(_blank, text)
    return _ONLY_TALKED_OF.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return "　" * len(found[0])
