"""The guard rails of talking, on a small form that knows no hospital."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from dialogue.engine import Engine
from dialogue.filling import resumed
from dialogue.form import Done, Filled, Form, Open, Question, Reask, Redo, Slot, Stop
from dialogue.phrases import Misses, Phrases
from dialogue.reply import Reply
from dialogue.state import Frame, State
from nlp.heard import Heard, Named

PHRASES = Phrases(
    nothing_open="nothing open",
    stale="stale",
    stopped="stopped",
    nothing_to_stop="nothing to stop",
    restarted="restarted",
    restarting="from the start",
    first_step="first step",
    nothing_to_repeat="nothing to repeat",
    resumed="resumed",
    more="say more",
    trouble="trouble",
)


_MISSED = {"list": "miss", "open": "unread", "lost": "lost", "known": "known"}
MISSES = Misses(
    lambda heard, world, count, place: f"{_MISSED[place]} {count + 1}",
    choices="menu",
    shows=lambda heard, count: count >= 1,
)


@dataclass
class Shop:
    """A world to act in: what is for sale, what was sold, who walked away."""

    sizes: tuple[str, ...] = ("S", "M", "L")
    sold: list[str] = field(default_factory=list)
    left: int = 0
    picked: int = 0
    refuse: int = 0


def hear_colour(heard, values, world):
    return heard.stated_departments[0].code if heard.stated_departments else None


def check_colour(value, values, world):
    return "no green" if value == "green" else None


def sell(values, world):
    if world.refuse:
        world.refuse -= 1
        raise Reask("size", "just sold out")
    world.sold.append(f"{values['colour']} {values['size']} {values['name']}")
    return Done("sold " + world.sold[-1])


def changed(before, after, world):
    return "the size is open again" if "size" in before and "size" not in after else ""


def leave(values, world):
    world.left += 1
    return ""


def pick_sure(value, values, world):
    world.picked += 1
    return {"yes": True, "size": Redo(("size",), "another size"), "no": Stop("kept")}[value]


SHIRT = Form(
    name="shirt",
    opens_on=frozenset({"book"}),
    done=sell,
    leave=leave,
    changed=changed,
    slots=(
        Slot(
            "colour",
            lambda v, w: Question("colour?", [("red", "red"), ("blue", "blue")]),
            hear=hear_colour,
            check=check_colour,
        ),
        Slot(
            "size",
            lambda v, w: (
                Filled(w.sizes[0], "one size left")
                if len(w.sizes) == 1
                else Question("size?", [(s, s) for s in w.sizes])
            ),
            after=("colour",),
        ),
        Slot("name", lambda v, w: Open("who"), after=()),
        Slot(
            "sure",
            lambda v, w: Question("sure?", [("yes", "yes"), ("size", "size"), ("no", "no")]),
            answer=lambda h, v, w: True if h.answer == "yes" else None,
            pick=pick_sure,
            after=("size", "name"),
        ),
    ),
)
WHO = Form(
    name="who",
    opens_on=frozenset({"add_patient"}),
    done=lambda v, w: Done(f"hello {v['name']}", v["name"]),
    slots=(
        Slot("name", lambda v, w: Question("name?", wants="name"), answer=lambda h, v, w: h.name),
    ),
)


def aside(heard, world):
    if heard.intent == "greet":
        return Reply("hello")
    return Reply("parking is behind the house") if heard.intent == "clinic_info" else None


def heard(text="", intent="unknown", colour=None, **more):
    stated = (Named(colour, colour, 1.0),) if colour else ()
    return Heard(text=text, intent=intent, stated_departments=stated, **more)


def number(n):
    return heard(str(n), "choose", ordinal=n)


BOOK = heard("a shirt", "book")


MENU = Form(
    name="menu",
    opens_on=frozenset({"greet"}),
    done=lambda v, w: Done("", then=Open("shirt")),
    is_light=True,
    slots=(Slot("what", lambda v, w: Question("hello, 1 for shirts", [("shirts", 1)])),),
)


class Talk:
    """A conversation that goes through JSON between any two messages, as the real one does."""

    def __init__(self, world=None):
        self.world = world or Shop()
        self.engine = Engine((SHIRT, WHO, MENU), PHRASES, aside, MISSES)
        self.state = State.fresh()

    def say(self, message, tap=""):
        state = State.from_json(self.state.to_json())
        self.state, reply = self.engine.step(state, message, self.world, tap)
        return reply

    def all(self, *messages):
        return [self.say(m) for m in messages][-1]


@pytest.fixture
def talk():
    return Talk()


def test_a_shirt_is_sold_one_question_at_a_time(talk):
    assert talk.say(BOOK).text == "colour?"
    assert talk.say(number(1)).text == "size?"
    assert talk.say(number(2)).text == "name?"
    assert talk.say(heard("Ann", name="Ann")).text == "hello Ann\n\nsure?"
    assert talk.say(number(1)).text == "sold red M Ann"
    assert talk.world.sold == ["red M Ann"]
    assert talk.state.frames == ()


def test_a_fact_given_with_the_first_message_is_not_asked_again(talk):
    assert talk.say(heard("a red shirt", "book", "red")).text == "size?"


def test_a_correction_refills_the_slot_and_clears_what_depended_on_it(talk):
    talk.all(heard("red", "book", "red"), number(2), heard("Ann", name="Ann"))

    reply = talk.say(heard("no, blue", colour="blue"))

    assert reply.text == "the size is open again\n\nsize?"
    assert talk.state.top.values["colour"] == "blue"
    assert "size" not in talk.state.top.values


def test_a_bare_number_answers_only_the_question_just_asked(talk):
    talk.all(heard("red", "book", "red"), number(3))

    assert talk.state.frames[0].values["size"] == "L"
    assert talk.state.frames[0].values["colour"] == "red"


def test_a_number_nobody_offered_is_not_understood(talk):
    assert talk.all(BOOK, number(7)).text == "miss 1\n\ncolour?"


def test_the_last_one_is_the_last_shown(talk):
    talk.all(BOOK, heard("the last", "choose", ordinal=-1))

    assert talk.state.top.values["colour"] == "blue"


def test_a_digression_is_answered_and_the_question_comes_back_once(talk):
    talk.say(BOOK)

    reply = talk.say(heard("parking?", "clinic_info"))

    assert reply.text == "parking is behind the house\n\ncolour?"


def test_misses_escalate_and_start_anew_after_success(talk):
    talk.say(BOOK)
    texts = [talk.say(heard("hm")).text.split("\n")[0] for _ in range(3)]

    assert texts == ["miss 1", "miss 2", "miss 3"]
    assert talk.all(number(1), heard("hm")).text == "miss 1\n\nsize?"


def test_a_check_runs_on_a_value_nobody_asked_for(talk):
    assert talk.say(heard("green", "book", "green")).text == "no green\n\ncolour?"


def test_stop_leaves_every_form_and_tells(talk):
    assert talk.all(BOOK, heard("stop", "stop")).text == "stopped"
    assert talk.world.left == 1
    assert talk.say(heard("stop", "stop")).text == "nothing to stop"


def test_back_forgets_the_last_answer_and_what_hung_on_it(talk):
    talk.all(BOOK, number(1), number(2))

    assert talk.say(heard("back", "back")).text == "size?"
    assert talk.say(heard("back", "back")).text == "colour?"
    assert talk.say(heard("back", "back")).text == "first step\n\ncolour?"


def test_repeat_says_the_question_again(talk):
    assert talk.all(BOOK, heard("again", "repeat")).text == "colour?"


def test_a_tap_on_an_old_list_does_nothing(talk):
    first = talk.say(BOOK).question
    talk.say(number(1))

    reply = talk.say(heard("2"), tap=f"{first}-2")

    assert reply.text == "stale\n\nsize?"
    assert talk.state.top.values == {"colour": "red"}


def test_a_tap_on_the_same_list_shown_twice_still_counts(talk):
    first = talk.say(BOOK).question
    talk.say(heard("parking?", "clinic_info"))

    assert talk.say(heard("2"), tap=f"{first}-2").text == "size?"


def test_a_refusal_names_the_question_that_is_asked_again(talk):
    talk.world.refuse = 1
    talk.all(heard("red", "book", "red"), number(2), heard("Ann", name="Ann"))

    assert talk.say(number(1)).text == "just sold out\n\nsize?"
    assert talk.all(number(1), number(1)).text == "sold red S Ann"


def test_a_choice_may_lead_back_to_another_question(talk):
    talk.all(heard("red", "book", "red"), number(2), heard("Ann", name="Ann"))

    assert talk.say(number(2)).text == "another size\n\nsize?"


def test_an_answer_acts_only_once(talk):
    talk.all(heard("red", "book", "red"), number(2), heard("Ann", name="Ann"))
    talk.say(heard("the second", "unknown", ordinal=2, confidence=0.9))

    assert talk.world.picked == 1


def test_a_clear_question_is_not_mined_for_answers(talk):
    talk.all(heard("red", "book", "red"))
    reply = talk.say(heard("parking for the blue car?", "clinic_info", "blue", confidence=0.9))

    assert reply.text == "parking is behind the house\n\nsize?"
    assert talk.state.top.values["colour"] == "red"


def test_a_choice_may_end_it(talk):
    talk.all(heard("red", "book", "red"), number(2), heard("Ann", name="Ann"))

    assert talk.say(number(3)).text == "kept"
    assert talk.state.frames == ()
    assert talk.world.sold == []


def test_an_option_may_be_chosen_in_its_own_words(talk):
    talk.all(BOOK, heard("blue"))

    assert talk.state.top.values["colour"] == "blue"


def test_words_that_fit_two_options_choose_neither():
    talk = Talk(Shop(sizes=("dark S", "dark M")))

    assert talk.all(heard("red", "book", "red"), heard("dark")).text == "miss 1\n\nsize?"


def test_an_option_of_another_page_may_be_chosen_in_its_own_words():
    talk = Talk(Shop(sizes=tuple(f"size {n}" for n in range(9))))

    talk.all(heard("red", "book", "red"), heard("size 8"))

    assert talk.state.frames[0].values["size"] == "size 8"


def test_what_is_said_once_more_is_understood_and_changes_nothing(talk):
    reply = talk.all(heard("red", "book", "red"), heard("the red one", colour="red"))
    assert reply.text == "known 1\n\nsize?"

    assert talk.say(heard("the red one", colour="red")).text == "miss 2\n\nsize?"
    assert talk.say(number(2)).text == "name?"


def test_asking_once_more_for_what_is_going_on_is_no_miss(talk):
    assert talk.all(BOOK, heard("a shirt", "book", confidence=1.0)).text == "resumed\n\ncolour?"


def test_a_question_without_options_is_missed_in_other_words(talk):
    talk.all(heard("red", "book", "red"), number(2))

    assert talk.say(heard("hm")).text == "unread 1\n\nname?"


def test_a_correction_of_the_form_below_is_asked_on_and_what_the_upper_one_heard_is_kept():
    guest = Form(
        name="who",
        done=lambda v, w: Done(f"hello {v['title']} {v['name']}", v["name"]),
        slots=(
            Slot("title", lambda v, w: Question("title?"), answer=lambda h, v, w: h.code),
            Slot("name", lambda v, w: Question("name?"), answer=lambda h, v, w: h.name),
        ),
    )
    talk = Talk()
    talk.engine = Engine((SHIRT, guest), PHRASES, aside, MISSES)
    assert talk.all(heard("red", "book", "red"), number(2)).text == "title?"
    assert talk.say(heard("Dr", code="Dr")).text == "name?"

    reply = talk.say(heard("no, blue", colour="blue"))

    assert reply.text == "the size is open again\n\nsize?"
    assert talk.say(number(1)).text == "name?"
    assert talk.say(heard("Ann", name="Ann")).text == "hello Dr Ann\n\nsure?"
    assert talk.state.top.values["colour"] == "blue"


def test_a_draft_about_somebody_else_is_dropped():
    assert resumed({"relation": "mother", "name": "A"}, {"relation": "self"}) == {
        "relation": "self"
    }
    assert resumed({"relation": "mother", "name": "A"}, {})["name"] == "A"


def test_a_long_question_is_told_once_and_in_full_when_asked_for():
    long = Form(
        name="long",
        opens_on=frozenset({"book"}),
        done=lambda v, w: Done("done"),
        slots=(Slot("yes", lambda v, w: Question("a long notice. 1?", [("1", 1)], again="1?")),),
    )
    talk = Talk()
    talk.engine = Engine((long,), PHRASES, aside, MISSES)
    assert talk.say(BOOK).text == "a long notice. 1?"

    assert talk.say(heard("hm")).text == "miss 1\n\n1?"
    assert talk.say(heard("parking?", "clinic_info", confidence=0.9)).text.endswith("\n\n1?")
    assert talk.say(heard("again", "repeat")).text == "a long notice. 1?"


def test_a_menu_waits_for_its_digit_only(talk):
    assert talk.say(heard("hi", "greet")).text == "hello, 1 for shirts"
    assert talk.say(number(1)).text == "colour?"

    assert Talk().all(heard("hi", "greet"), BOOK).text == "colour?"
    assert Talk().all(heard("hi", "greet"), heard("hm")).text == "lost 1"
    assert Talk().all(heard("hi", "greet"), number(7)).text == "hello, 1 for shirts"


def test_a_greeting_in_between_opens_no_menu(talk):
    assert talk.all(BOOK, heard("hi", "greet")).text == "hello\n\ncolour?"


def test_a_second_yes_does_nothing(talk):
    talk.all(heard("red", "book", "red"), number(2), heard("Ann", name="Ann"), number(1))

    assert talk.say(heard("yes", "affirm", answer="yes")).text == "nothing open"
    assert len(talk.world.sold) == 1


def test_a_slot_with_one_value_left_fills_itself_and_says_so():
    talk = Talk(Shop(sizes=("M",)))

    assert talk.say(heard("red", "book", "red")).text == "one size left\n\nname?"


def test_another_form_may_interrupt_and_the_first_goes_on(talk):
    talk.all(BOOK, heard("add", "add_patient"))

    assert talk.say(heard("Bob", name="Bob")).text == "hello Bob\n\nresumed\n\ncolour?"


def test_a_long_list_is_paged_and_numbers_mean_what_is_shown():
    talk = Talk(Shop(sizes=tuple("abcdefg")))
    first = talk.say(heard("red", "book", "red"))
    second = talk.say(heard("more", preferences=frozenset({"more"})))

    assert [o.label for o in first.options] == ["a", "b", "c", "d", "e"]
    assert [o.label for o in second.options] == ["f", "g"]
    assert first.footer == "say more"
    talk.say(number(2))
    assert talk.state.frames[0].values["size"] == "g"


def test_a_form_that_cannot_settle_gives_up_kindly(talk):
    talk.world.refuse = 10**6
    talk.world.sizes = ("M",)

    reply = talk.all(
        heard("red", "book", "red"),
        heard("Ann", name="Ann"),
        heard("yes", "affirm", answer="yes"),
    )

    assert "just sold out" in reply.text
    assert talk.world.sold == []


@pytest.mark.parametrize(
    "text", ["[]", '{"v":99}', "nonsense", '{"v":1}', '{"v":1,"frames":[{}]}']
)
def test_a_state_of_another_shape_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one too
        State.from_json(text)


def test_a_state_survives_json():
    state = State(
        frames=(Frame("shirt", {"a": [1]}, "a", "choice", (1, None), 1, 2, "b", ("c",)),)
    )

    assert State.from_json(state.to_json()) == state
    assert State.from_json(replace(state, symptoms=("头晕",)).to_json()).symptoms == ("头晕",)


def test_starting_over_begins_the_same_matter_at_its_first_question(talk):
    talk.all(heard("red", "book", "red"), number(2))

    reply = talk.say(heard("start over", "restart"))

    assert reply.text == "from the start\n\ncolour?"
    assert talk.state.frames[0].values == {}
    assert talk.world.left == 1


def test_starting_over_with_nothing_open_says_so(talk):
    assert talk.say(heard("start over", "restart")).text == "restarted"


def test_back_with_nothing_open_is_no_miss(talk):
    assert talk.say(heard("back", "back")).text == "nothing open"


def test_who_is_lost_twice_is_shown_what_can_be_done(talk):
    assert talk.say(heard("hm")).text == "lost 1"
    reply = talk.say(heard("hm"))

    assert reply.text == "lost 2\n\nhello, 1 for shirts"
    assert talk.say(heard("hm")).text == "lost 3\n\nhello, 1 for shirts"
    assert talk.say(number(1)).text == "colour?"


def _with(talk, **hooks):
    """The same shop, its shirt form with more to say."""
    talk.engine = Engine((replace(SHIRT, **hooks), WHO, MENU), PHRASES, aside, MISSES)


def test_what_is_on_the_table_is_asked_about_and_the_question_comes_back_once(talk):
    _with(talk, about=lambda h, v, w: f"{v['colour']} is nice" if h.text == "nice?" else "")
    talk.say(heard("red", "book", "red"))

    assert talk.say(heard("nice?", "clinic_info")).text == "red is nice\n\nsize?"


def test_a_form_claims_a_message_by_its_facts_whatever_the_intent_says(talk):
    _with(talk, claims=lambda h, w: {"colour": "blue"} if "shirt" in h.text else None)

    assert talk.say(heard("that blue shirt", "unknown")).text == "size?"
    assert talk.state.top.values["colour"] == "blue"


def test_a_cancellation_that_is_claimed_does_not_end_what_is_open(talk):
    back = Form(
        name="return",
        opens_on=frozenset({"cancel"}),
        claims=lambda h, w: {} if "sold" in h.text else None,
        done=lambda v, w: Done("taken back"),
        slots=(),
    )
    talk.engine = Engine((SHIRT, WHO, MENU, back), PHRASES, aside, MISSES)
    talk.say(heard("red", "book", "red"))

    reply = talk.say(heard("cancel those sold", "cancel"))
    assert reply.text == "taken back\n\nresumed\n\nsize?"
    assert talk.world.left == 0
    assert talk.say(heard("cancel", "cancel")).text == "stopped"
    assert talk.world.left == 1


def test_a_last_word_asks_nothing_and_keeps_the_question(talk):
    bye = Reply("bye", is_last=True)
    talk.engine = Engine(
        (SHIRT, WHO, MENU), PHRASES, lambda h, w: bye if h.intent == "bye" else None, MISSES
    )
    talk.say(BOOK)

    assert talk.say(heard("bye", "bye")).text == "bye"
    assert talk.say(number(1)).text == "size?"


def test_what_a_light_form_does_not_take_is_for_what_lies_under_it(talk):
    talk.say(heard("red", "book", "red"))
    talk.state = talk.state.push(Frame(form="menu", asking="what", choices=(1,)))

    talk.say(heard("the blue one", colour="blue"))

    assert talk.state.frames[0].values["colour"] == "blue"
