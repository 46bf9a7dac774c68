"""
What was heard in one message: the only thing the ear hands to the table talk.

Everything is immutable. Times are aware local instants (with the site's offset), intervals are
half-open, scores are probabilities in 0..1, lists are best first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

# What is this much less likely than the best is not said in one breath with it: 「血压高，多见于
# 心血管内科、肿瘤科」 frightens. On the development titles that are not sure (657) the right
# department then stays among the three shown 351 times instead of 360.
FAIR_SHARE = 0.16

Intent = Literal[
    "symptom", "emergency", "book", "extra", "my_appointments", "cancel", "reschedule", "waitlist",
    "check_in", "queue", "report", "record", "reading", "consult", "human", "education",
    "doctor_info", "clinic_info", "affirm", "deny", "choose", "back", "restart", "stop", "repeat",
    "greet", "help", "thanks", "bye", "add_patient", "privacy", "feedback", "staff", "unknown",
]  # fmt: skip
Urgency = Literal["emergency", "today", "routine"]
Answer = Literal["yes", "no"]
Sex = Literal["m", "f"]
Errand = Literal[
    "see", "export", "erase", "unlink", "name", "number", "phone", "default", "share", "unshare"
]
# Why an appointment is given back: well again, busy, no way to come, booked wrongly, elsewhere.
Reason = Literal["died", "well", "busy", "travel", "mistake", "elsewhere", "untold"]
Relation = Literal[
    "self", "mother", "father", "spouse", "son", "daughter", "child", "grandchild", "grandparent",
    "sibling", "other",
]  # fmt: skip
# Whom these words name is mostly a child.
YOUNG: frozenset[Relation] = frozenset({"son", "daughter", "child", "grandchild"})


@dataclass(frozen=True, slots=True)
class Named:
    """A department, doctor or site that was meant, with the probability that it was."""

    code: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class When:
    """
    One half-open local interval somebody asked for; a whole day is 00:00 to 00:00.

    `names_day` is false where only hours were said (「换成下午」) and nothing told of which day:
    then it is the next time they come.
    """

    start: datetime
    end: datetime
    names_day: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Who the message is about, as far as the words say."""

    relation: Relation | None = None
    sex: Sex | None = None
    age_years: float | None = None
    pregnant: bool | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """
    What a member of staff would mean by it, and the code, number or room it names.

    `doctors` are codes of the roster, in the order they were written; where the words say who
    stands in for them (替诊), those are `by`. `when` is what the order is about: not the new hour
    (改到9点), and also a day somebody cannot come on. What is to be told (通知) is the argument as
    it was written. `is_own`: only a doctor can mean it, of himself.
    """

    name: str
    argument: str = ""
    doctors: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    is_own: bool = False


Misfit = Literal["sex", "age", "complaint"]


@dataclass(frozen=True, slots=True)
class Better:
    """Departments that can see the patient where the named one cannot be meant, and why."""

    misfit: Misfit
    departments: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to an inquiry, and the departments it would leave, best first."""

    name: str
    departments: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The question that tells most about the department; names as in lexicon/inquiries.tsv."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """
    One message, understood.

    `departments` are keyed by one of the 37 national names; `site_departments` and `doctors` by
    the codes of the roster. `stated_departments` is the subset of `site_departments` that the
    person named in words ("想挂骨科"), as opposed to those guessed from symptoms.
    `topics` are what a question to the hospital is about (fee, parking …: `lexicon/topics.tsv`).
    `asked` are questions to the house asked in plain words (proxy, remind …: `lexicon/asked.tsv`);
    where a message only asks, its intent is clinic_info, else all other fields are of the rest.
    `name` is whose particulars these are, `is_odd_name` where few are called like that.
    `document` is the kind of document named in words (护照), by its name at the desk.
    `own_departments` is `site_departments` without what was heard before: this message alone.
    `refused` are doctors named only to be turned down (不要张伟).
    `missing` is a department named in words that the roster does not have (血液科), else empty.
    `stranger` is a doctor asked for by name whom the roster does not have (李建国), else empty;
    `doctors` are then those whose name is nearly that one.
    `preferences` holds names of `lexicon/preferences.tsv`: which kind is wanted (earliest, latest,
    any, same_doctor, same_again, same_doctor_again, same_day_again, expert, general, special,
    cheap, big_site, small_site, doctor_sex …), what is turned down (other, other_doctor,
    other_time, other_site, other_dept, other_patient, none, no_special), relative wishes
    (earlier, later, more, next_week), what is not known (skip, unsure, no_papers, no_name,
    no_phone), how it is meant (instead, rather, keep, all, undo, take_back, no_danger,
    who_are_you, myself), of what (booked: what exists already; past_day), what is in the way
    (crowded, missed_visit, wait_a_bit), how it is to be told (care: slow and simple; no_care),
    what is said of being here (not_here, ask_here) and of one's place in line
    (queue_…: leave, back, away, coming, missed, ask, rules, results,
    results_late, quit, later, worse, told, until, elsewhere, absent, rush, where, lost, screen,
    phone, desk, long), talk about nothing here (rude, upset, off_topic), trouble that is no
    complaint (violence at home, lonely), of whom else (two_people, other_child, which_first),
    english, that what sounds like a story asks (asks), or that nothing of a complaint is told yet
    (no_story).
    `shift_days` is by how many days something is to be later, negative for sooner.
    `errand` is what is to be done with what is kept of the family: see it, export or erase it,
    unlink somebody, correct a name, number or phone, whom to book for by default, or who of the
    family is told of visits as well (share, unshare).
    `moods` tells how an act of the desk is spoken of (`lexicon/moods.tsv`): denied, told of
    others, over, asked about as a rule, wished …; `denied` are the acts that somebody says never
    to have asked for (all of them in 「你理解错了」).
    `reason` is why somebody does not come, where that is said, or that it is not to be said.
    `better` are departments to offer in place of a named one that cannot be meant; `feverish`
    tells of a fever now. `signs` are the signs of danger told so far, None where unchanged.
    `alarm` is what an emergency calls for: call_120, low_sugar (120, but no word against eating),
    go_now or crisis_line. `concern` is the safety question the words call for
    (lexicon/safety.tsv), `inquiry` the question that would tell most about the department.
    `order` is what it would mean from a member of staff, `duty` the same where a patient means
    something else by it.
    `rest` is the second wish of a message that holds two, with the third as its own rest; all
    else is then the first. `in_law` is the word for somebody who is a mother or father only by
    marriage (岳母).
    """

    text: str = ""
    intent: Intent = "unknown"
    confidence: float = 0.0
    urgency: Urgency = "routine"
    red_flags: tuple[str, ...] = ()
    alarm: str = ""
    departments: tuple[Named, ...] = ()
    site_departments: tuple[Named, ...] = ()
    stated_departments: tuple[Named, ...] = ()
    own_departments: tuple[Named, ...] = ()
    missing: str = ""
    stranger: str = ""
    topics: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    doctors: tuple[Named, ...] = ()
    refused: tuple[Named, ...] = ()
    sites: tuple[Named, ...] = ()
    when: tuple[When, ...] = ()
    ordinal: int | None = None
    answer: Answer | None = None
    person: Person = field(default_factory=Person)
    symptoms: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    readings: tuple[dict[str, object], ...] = ()
    preferences: frozenset[str] = frozenset()
    name: str | None = None
    is_odd_name: bool = False
    document: str | None = None
    id_number: str | None = None
    phone: str | None = None
    code: str | None = None
    birth_date: date | None = None
    errand: Errand | None = None
    reason: Reason | None = None
    moods: frozenset[str] = frozenset()
    denied: frozenset[Intent] = frozenset()
    concern: str | None = None
    admitted: frozenset[str] = frozenset()
    inquiry: Inquiry | None = None
    better: Better | None = None
    signs: tuple[str, ...] | None = None
    feverish: bool = False
    shift_days: int | None = None
    order: Order | None = None
    duty: Order | None = None
    rest: Heard | None = None
    in_law: str = ""

    def with_intent(self, intent: Intent) -> Heard:
        """Return the same message heard with another intent."""
        return replace(self, intent=intent)


@dataclass(frozen=True, slots=True)
class Context:
    """
    What the conversation already knows when a message is heard.

    `asking` is the kind of answer the open question wants (`day`, `offer`, `slot`, `name`,
    `document`, `id_number`, `phone`, `code`, `birth_date`, `sex`, `yes_no`, `consent`, `choice`,
    `symptom`, …) or None; it lets an ambiguous word ("3", "女", "李秀英") be read as that answer.
    `symptoms` were heard earlier in this conversation and count towards departments and red flags,
    `signs` (of danger) and `past` (symptoms of settled matters) towards red flags alone. `days`
    are the local days the talk is about, as half-open spans: an hour alone (「换成下午」) is meant
    for them.
    """

    asking: str | None = None
    symptoms: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    person: Person = field(default_factory=Person)
    days: tuple[tuple[date, date], ...] = ()
