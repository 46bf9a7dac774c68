"""Words of complaints that only sound right are heard as they are meant, and names as they are."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import lexicon, soundalikes, sounds
from nlp.heard import Context
from nlp.understand import understand
from nlp.vocabulary import DepartmentEntry, DoctorEntry, Vocabulary

NOW = datetime(2026, 12, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUSE = Vocabulary(
    departments=(
        DepartmentEntry("PF", "皮肤科", "S", "13"),
        DepartmentEntry("KF", "康复科", "S", "21"),
        DepartmentEntry("SJ", "神经内科", "S", "03.03"),
    ),
    doctors=(DoctorEntry("D1", "康福震", "S", "PF"), DoctorEntry("D2", "郝心莉", "S", "KF")),
)
WORDS = [row["word"] for row in lexicon.rows("symptoms.tsv")]
ALIKE: dict[str, list[str]] = {}
for _char in sounds.known():
    ALIKE.setdefault(sounds.spoken(_char), []).append(_char)


def hear(text, vocabulary=HOUSE, context=None):
    return understand(text, NOW, vocabulary, context)


@pytest.mark.parametrize(
    ("text", "symptoms", "department"),
    [
        ("血唐控制不好", ("血糖控制不好",), "内分泌科"),
        ("头运好几天", ("头晕",), "神经内科"),
        ("嗑嗽有痰", ("咳嗽", "有痰"), "呼吸内科"),
        ("我拉度子", ("拉肚子",), "消化内科"),
        ("膝盖关结疼", ("关节疼",), "骨科"),
        ("治疮脱出来", ("痔疮",), "肛肠科"),
        ("失棉，数羊数到天光", ("失眠",), "精神心理科"),
        ("没有头运，就是心荒", ("心慌",), "心血管内科"),
    ],
)
def test_a_complaint_is_heard_by_its_sound(text, symptoms, department):
    heard = hear(text)
    assert heard.symptoms == symptoms
    assert heard.departments[0].name == department
    assert heard.text == text


def test_what_is_denied_by_its_sound_is_denied():
    assert hear("没有头运，就是心荒").negated == ("头晕",)


@pytest.mark.parametrize("text", ["给我妈妈挂一个神经内壳", "挂好神经内颗 张医生"])
def test_a_department_is_named_by_its_sound(text):
    assert [found.code for found in hear(text).stated_departments] == ["SJ"]


def test_a_reading_is_known_by_the_sound_of_what_was_measured():
    (reading,) = hear("血唐高，空腹血唐8.6").readings
    assert (reading["kind"], reading["mmol_per_l"]) == ("glucose", 8.6)


@pytest.mark.parametrize(
    "text",
    [
        "开点阿莫西林克拉维酸钾", "腹直肌分离四指", "满头冷汗手直哆嗦", "火锅汤洒了",
        "艾草生姜泡脚吗", "躺着还是坐着量血压", "这种病要疼多长时间", "头发又上油了",
        "看干眼门诊", "老年版有没有", "给郭敏挂号", "眼镜坏了", "房产证要带吗", "住院早些办好",
        "他微信里答应给我看", "通风好不好", "肚子一阵绞疼",
    ],
)  # fmt: skip
def test_what_is_something_of_its_own_stays(text):
    assert soundalikes.righted(text) == text


def test_a_word_that_is_written_right_is_never_changed():
    assert [word for word in WORDS if soundalikes.righted(word) != word] == []


def test_a_doctors_name_is_read_as_it_is_written():
    for text, code in (("挂康福震的号", "D1"), ("郝心莉的号还有吗", "D2")):
        assert soundalikes.righted(text) != text
        heard = hear(text)
        assert [doctor.code for doctor in heard.doctors] == [code]
        assert (heard.symptoms, heard.stated_departments, heard.departments) == ((), (), ())


def test_a_title_makes_a_name_of_what_stands_before_it():
    assert soundalikes.righted("预约康福教授") == "预约康福教授"
    assert soundalikes.righted("预约康福训练") == "预约康复训练"


@pytest.mark.parametrize(("text", "asking"), [("我叫康福震", None), ("康福震", "name")])
def test_a_patients_name_is_read_as_it_is_written(text, asking):
    heard = hear(text, Vocabulary(), Context(asking=asking))
    assert heard.name == "康福震"
    assert (heard.symptoms, heard.departments) == ((), ())


@st.composite
def slips(draw):
    """Draw a few symptom words side by side, some characters replaced by any of the same sound."""
    text = "".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)))
    places = draw(st.sets(st.integers(0, len(text) - 1), max_size=3))
    return "".join(
        draw(st.sampled_from(ALIKE[sounds.spoken(char)])) if place in places else char
        for place, char in enumerate(text)
    )


@given(slips())
def test_what_is_put_right_sounds_as_before(text):
    righted = soundalikes.righted(text)
    assert sounds.spoken(righted) == sounds.spoken(text)
    assert soundalikes.righted(text, [(0, len(text))]) == text


def test_most_slips_in_one_character_are_put_right():
    """Of words of three characters and more whose last is written as the rarest of its sound."""
    slips = {
        word[:-1] + ALIKE[sounds.spoken(word[-1])][-1]: word for word in WORDS if len(word) > 2
    }
    slipped = {slip: word for slip, word in slips.items() if slip != word}
    righted = sum(soundalikes.righted(slip) == word for slip, word in slipped.items())
    assert righted >= 0.95 * len(slipped)
