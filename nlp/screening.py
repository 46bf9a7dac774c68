"""
Who is well and wants to be looked at: for an illness of the family, a screening, a test.

「我爸得肺癌走的，我想做个筛查」 is about no complaint: the father's illness tells the department
(`lexicon/screening.tsv`), and nothing is asked about where it hurts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from nlp import departments, lexicon
from nlp.heard import Named
from nlp.senses import Senses

_ROWS = tuple((re.compile(r["illness"]), r["department"]) for r in lexicon.rows("screening.tsv"))
_KIN = "(?:[爸妈父母爷奶姥哥姐弟妹叔伯姑舅姨]|外公|外婆|家里|家族|亲戚|老公|老婆|爱人)"
_SCREENED = re.compile(r"筛查|早筛|防癌")
# A fear of what runs in the family, or who had it is gone and it is one's own turn.
_FEARS = re.compile(r"(?:怕|会不会|会|担心|说)[^,，。]{0,5}遗传|遗传给我|家族史")
_OF_KIN = re.compile(
    rf"{_KIN}[^。]{{0,12}}(?:走的|没的|去世|过世|不在了|走了|没了|得过|有过|查出来?)[^。]{{0,10}}"
    r"[我俺](?:也|就|这|今年|自己|想|要|来|去)[^。]{0,14}(?:查|检|看看)"
)
_CHECKED = re.compile(
    r"^(?:[你您]好|请问|[我俺想要得来去能做个，, ]|需要|能不能|可以|帮我|给我|一?下|抽血)*"
    r"(?:查|化验|检测|验|测)(?:一?下|个|一?查|查)?[^,，。]{1,8}$"
)
_SURE = 0.95


def find(text: str, symptoms: tuple[str, ...]) -> Named | None:
    """Return the national department for who is well and wants to be screened, or None."""
    wanted = _SCREENED.search(text) or _FEARS.search(text) or _OF_KIN.search(text)
    if not wanted:
        return None
    for illness, name in _ROWS:
        if illness.search(text) and all(illness.search(word) for word in symptoms):
            return Named(departments.NATIONAL[name], name, _SURE)
    return None


def is_test(text: str) -> bool:
    """Tell whether a message only asks for a test (查血型), which hurts nowhere."""
    return _CHECKED.fullmatch(text.strip()) is not None


def well(text: str, senses: Senses) -> Senses:
    """Return the senses of who is well: an illness of the family is no complaint."""
    screened = find(text, senses.symptoms)
    if screened is not None:
        return replace(senses, symptoms=(), screened=screened, is_well=True)
    return replace(senses, is_well=not senses.symptoms and is_test(text))
