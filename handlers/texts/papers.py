"""What is wrong with a document's number: which part, never the number itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_AGAIN = "请对着证件再发一遍。"
_NAMES = {
    "resident_id": "身份证号",
    "hmt_residence": "居住证号",
    "hm_permit": "回乡证号",
    "tw_permit": "台胞证号",
    "foreign_permanent": "永久居留证号",
    "passport": "护照号",
    "birth_certificate": "出生医学证明编号",
}
_SHAPES = {
    "hm_permit": "回乡证号是字母H或M加8位数字",
    "tw_permit": "台胞证号是8位数字",
    "foreign_permanent": "永久居留证号是9开头的18位数字，旧证是3个字母加12位数字",
    "passport": "护照号是字母和数字，共6到15位",
    "birth_certificate": "出生医学证明编号是1个字母加9位数字",
    "guardian": "监护人的证件号好像不对，身份证号是18位",
}
_PARTS = {
    "province": "最前面2位是省份代码，这2位不对",
    "year": "第7到10位是出生年份，这里不对",
    "month": "第11、12位是出生月份，应在01到12之间",
    "day": "第13、14位是出生日，这个月没有这一天",
    "last": "最后1位应是数字或字母X",
}
_CHECK = (
    "这个号码核对不上，多半是打错了1位，或者相邻2位打反了。"
    "请按6位、8位、4位分成三段核对，再发一遍。"
)
_UNKNOWN = "证件号好像不对，请再核对一遍。"


def wrong(facts: Mapping[str, object]) -> str:
    """Return what is wrong, as exactly as the rule tells; see `scheduling.documents`."""
    kind = str(facts.get("kind", ""))
    reason = facts.get("reason")
    if reason == "check_digit":
        return _CHECK
    if reason == "length":
        return _length(kind, facts)
    place, part = facts.get("place"), str(facts.get("part", ""))
    if isinstance(place, int):
        return f"第{place}位应该是数字，{_AGAIN}"
    if part in _PARTS:
        return f"{_PARTS[part]}，{_AGAIN}"
    if reason == "date":
        return f"证件号里的出生日期不对，{_AGAIN}"
    return f"{_SHAPES[kind]}，{_AGAIN}" if kind in _SHAPES else _UNKNOWN


def _length(kind: str, facts: Mapping[str, object]) -> str:
    needs, given = facts.get("needs"), facts.get("given")
    if not isinstance(needs, Sequence) or not isinstance(given, int):
        return f"证件号位数不对（身份证是18位），{_AGAIN}"
    name, wanted = _NAMES.get(kind, "证件号"), _numbers(needs)
    if len(needs) == 1:
        more = given - needs[0]
        differs = f"多了{more}位" if more > 0 else f"少了{-more}位"
        return f"{name}是{wanted}，您发的是{given}位，{differs}，{_AGAIN}"
    return f"{name}是{wanted}，您发的是{given}位，{_AGAIN}"


def _numbers(needs: Sequence[int]) -> str:
    is_run = len(needs) > 2 and needs[-1] - needs[0] == len(needs) - 1  # noqa: PLR2004 - a range
    return f"{needs[0]}到{needs[-1]}位" if is_run else "或".join(f"{n}位" for n in needs)
