"""How far something is to be moved: 「推迟两天」 is 2, 「提前一周」 is -7."""

from __future__ import annotations

import re

from nlp.numerals import NUMBER, fold, to_int

_UNITS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_MOVE = re.compile(
    rf"(?P<later>推[迟后延]|延[后迟期]|顺延|往后(?:推|延|挪|移|拖|改|放|靠|错|顺|排|退)?|[改晚迟拖推])(?:个|了)?"
    rf"(?P<n1>{NUMBER})个?(?P<u1>天|日|周|星期|礼拜)"
    rf"|(?P<sooner>提[前早]|往前(?:提|推|挪|移|改|放|靠|赶|排)?|改?早)(?:个)?"
    rf"(?P<n2>{NUMBER})个?(?P<u2>天|日|周|星期|礼拜)"
    # 「还是前一天吧」: of two days on the table the one before; 「前一天就疼」 is a complaint.
    rf"|(?:还是|要不|[改换](?:到|成)?|[就要])(?:[前头早](?P<n3>{NUMBER})|[后晚](?P<n4>{NUMBER}))"
    rf"(?P<u3>天|日|周|星期|礼拜)[的吧呗嘛看来好]*$"
)
# 「提前一天提醒我」 moves no visit.
_TELLS = re.compile(
    r"\s*(?:就|再|先|都|给我|能|会|要|帮我|打电话|发)*"
    r"(?:提醒|通知|告诉|告知|叫|喊|说|短信|消息|微信)"
)
# What is moved further is no appointment of this desk's.
_MOST_DAYS = 60


def find(text: str) -> int | None:
    """Return the days by which the message wants something later (or, negative, sooner)."""
    found = _MOVE.search(fold(text))
    if found is None or _TELLS.match(fold(text), found.end()):
        return None
    count = to_int(next(found[n] for n in ("n1", "n2", "n3", "n4") if found[n]))
    if not count:
        return None
    days = count * _UNITS[found["u1"] or found["u2"] or found["u3"]]
    if days > _MOST_DAYS:
        return None
    return days if found["later"] or found["n4"] else -days
