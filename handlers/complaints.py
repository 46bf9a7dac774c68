"""
Complaints, praise and proposals: taken the first time, and handed over in their own words.

    患者: 我要投诉，昨天窗口的人骂我
    机器人: 谢谢您告诉我们，您的话已经原样转给工作人员。… 还有要说的，接着写就行。
    患者: 单子也给我弄丢了
    机器人: 谢谢您告诉我们，您的话已经原样转给工作人员。…
"""

from __future__ import annotations

from dialogue.form import Asked, Done, Form, Given, Open, Question, Slot
from dialogue.state import Values
from handlers import wishes
from handlers.scene import World
from handlers.texts import complaints as texts
from nlp.heard import Heard, Intent

# What goes on with a story is none of these; a lost record in it is no wish for one.
_OF_A_STORY: frozenset[Intent] = frozenset(
    {"feedback", "unknown", "human", "record", "report", "staff", "consult", "education", "extra"}
)
# What happened at one of these is told as well, where it was asked for.
_TOLD_OF: frozenset[Intent] = frozenset(
    {"book", "symptom", "queue", "clinic_info", "doctor_info", "check_in", "privacy", "reading"}
)
# From here on a wish is taken at its word, though something to say was asked for.
_CLEAR = 0.8
_FEWEST_CHARACTERS, _BRIEF = 4, 10


def claims(heard: Heard, world: World) -> Values | None:
    """Whatever else is going on, it is taken at once."""
    return {} if heard.intent == "feedback" else None


def _hear_words(heard: Heard, values: Values, world: World) -> Given:
    is_told = heard.intent == "feedback" and "no_story" not in heard.preferences
    return heard.text if is_told else None


def _ask_words(values: Values, world: World) -> Asked:
    return Question(texts.tell(wishes.hospital_phone(world)))


def _answer_words(heard: Heard, values: Values, world: World) -> Given:
    """What it is about, asked for: anything that is no clear wish for something else."""
    # 「大夫看病的时候一直玩手机」 is as sure to be a wish as a story can be.
    is_plain = len(heard.text) <= _BRIEF or bool(heard.stated_departments or heard.when)
    is_wish = heard.intent in _TOLD_OF and heard.confidence >= _CLEAR and is_plain
    is_wish |= heard.intent not in _OF_A_STORY | _TOLD_OF
    is_other = is_wish or heard.errand
    return None if _is_short(heard) or is_other else heard.text


def _answer_more(heard: Heard, values: Values, world: World) -> Given:
    """More of it, not asked for: neither a wish nor a question."""
    is_other = heard.intent not in _OF_A_STORY or heard.errand or "asks" in heard.preferences
    return None if _is_short(heard) or is_other else heard.text


def _is_short(heard: Heard) -> bool:
    return len(heard.text.strip()) < _FEWEST_CHARACTERS


def _hand_over(values: Values, world: World) -> Done:
    """Put the words on the desk's list; whoever was in the middle of nothing may go on writing."""
    world.desk.requests.ask_for_human(values["words"], wishes.site_of_talk(world))
    told = texts.handed_over(world.scene.staffed_hours, staffed=world.scene.staffed)
    goes_on = not (world.is_busy or world.care)
    return Done(told, then=Open(MORE.name) if goes_on else None)


def _ask_more(values: Values, world: World) -> Asked:
    return Question(texts.MORE)


FORM: Form[World] = Form(
    name="complaint",
    claims=claims,
    keeps=_OF_A_STORY | _TOLD_OF,
    done=_hand_over,
    is_light=True,
    slots=(Slot("words", _ask_words, hear=_hear_words, answer=_answer_words),),
)
MORE: Form[World] = Form(
    name="complaint_more",
    keeps=_OF_A_STORY,
    done=_hand_over,
    is_light=True,
    slots=(Slot("words", _ask_more, hear=_hear_words, answer=_answer_more),),
)
FORMS: tuple[Form[World], ...] = (FORM, MORE)
