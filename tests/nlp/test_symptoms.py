"""Complaints, present and absent, as people word them."""

from __future__ import annotations

import pytest

from nlp import symptoms


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("我妈这两天头晕，想挂号", ("头晕",)),
        ("脚脖子崴了", ("脚脖子崴了",)),
        ("眼睛这几天特别痒", ("眼睛痒",)),
        ("晚上老起夜，尿不净", ("起夜", "尿不净")),
        ("孩子咳嗽发烧", ("咳嗽", "发烧")),
        ("睡不着", ("睡不着",)),
    ],
)
def test_present(text, present):
    assert symptoms.find(text) == (present, ())


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("不发烧也不喘，就是咳嗽", ("咳嗽",), ("发烧", "喘")),
        ("没有胸痛胸闷", (), ("胸痛", "胸闷")),
        ("没有胸痛、胸闷和心慌", (), ("胸痛", "胸闷", "心慌")),
        ("没有恶心，但是头晕", ("头晕",), ("恶心",)),
        ("肚子不疼了", (), ()),
    ],
)
def test_absent(text, present, absent):
    assert symptoms.find(text) == (present, absent)


@pytest.mark.parametrize("text", ["挂号", "下周三上午", "王医生在吗", "谢谢", "1"])
def test_no_complaint(text):
    assert symptoms.find(text) == ((), ())
