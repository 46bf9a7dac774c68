"""What is read by who knows no Chinese: one line in English above each question."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.texts import booking, common, registration, triage

# By form and by what is asked.
HINTS: Mapping[tuple[str, str], str] = {
    ("booking", "safe"): (
        "Safety question. Is anything serious happening now: chest pain, trouble breathing, "
        "heavy bleeding, fainting, a seizure, weakness on one side, a very stiff neck? "
        "If you are not sure, choose yes."
    ),
    ("booking", "dept"): "Which department? Reply with a number.",
    ("booking", "ward"): "Which department fits best? Reply with a number.",
    ("booking", "offer"): (
        "Choose one line by its number: hospital, department, doctor, 普通号 is any on duty, "
        "date as month月day日, 上午 is morning, 下午 is afternoon, fee in yuan."
    ),
    ("booking", "time"): "Choose a time by its number.",
    ("booking", "patient"): (
        "Who is the visit for? Reply with a number; the last one registers somebody new."
    ),
    ("booking", "confirm"): "Your place is held for a few minutes. Reply with a number.",
    ("registration", "relation"): "Who is the patient? Reply with a number.",
    ("registration", "consent"): (
        "To book we need the patient's name, document number and phone. They are kept encrypted, "
        "used only for the visit and given to nobody else."
    ),
    ("registration", "name"): (
        "Send the name as in the passport; the number may follow: Maria Lopez E12345678."
    ),
    ("registration", "kind"): "Which document? Reply with a number.",
    ("registration", "number"): "Send the number of the document.",
    ("registration", "sex"): "The patient's sex, by its number.",
    ("registration", "birth_on"): "Send the date of birth, for example 1990-03-07.",
    ("registration", "guardian"): (
        "The patient is under 14: do you agree as a parent or guardian?"
    ),
    ("registration", "phone"): "Send a Chinese mobile number, or choose no phone by its number.",
    ("registration", "right"): "Please check; say by a number what is wrong, if anything is.",
}
BOOKED = (
    "Booked. On that day bring the document you registered with, show this message at the desk "
    "on the first floor, and pay there before the time below."
)
# A reply that begins like this has booked.
BOOKED_BEGINS = "预约成功"
EMERGENCY = "EMERGENCY: call 120 now,\nor go to an emergency room."
CRISIS = (
    "You are not alone.\nPlease stay with somebody,\nand call 12356 now, day or night.\n"
    "If you took something, call 120."
)
# Departments (by national code) and other words on the lists; the first are the likeliest.
DEPARTMENTS: Mapping[str, str] = {
    "02": "General practice",
    "07": "Children",
    "03.02": "Stomach and bowels",
    "03.01": "Lungs, cough",
    "10": "Eyes",
    "11": "Ear, nose, throat",
    "12": "Teeth",
    "13": "Skin",
    "04.03": "Bones and joints",
    "05.01": "Women",
    "05.02": "Pregnancy",
    "03.04": "Heart",
    "03.03": "Nerves, headache",
    "15": "Mental health",
    "04.04": "Urology",
    "03.07": "Hormones, diabetes",
    "04.01": "Surgery",
}
_RELATIONS = {
    "self": "Myself",
    "mother": "Mother",
    "father": "Father",
    "spouse": "Husband or wife",
    "child": "Child",
    "other": "Other relative",
}
_WRONG = {
    "name": "Wrong name",
    "number": "Wrong number",
    "relation": "Wrong relation",
    "phone": "Wrong phone",
}
_SEXES = {"m": "Male", "f": "Female"}
_KINDS = {
    "resident_id": "Chinese identity card",
    "passport": "Passport",
    "hm_permit": "Hong Kong/Macau permit",
    "tw_permit": "Taiwan permit",
    "foreign_permanent": "Permanent residence card",
}
_CONSENT = {True: "I agree", False: "I do not agree"}
# By what stands on a choice, wherever it stands: a house that words it anew keeps its Chinese.
LABELS: Mapping[str, str] = {
    common.MENU_BOOK: "Book a visit",
    common.MENU_MINE: "My appointments",
    common.MENU_HUMAN: "Staff",
    triage.NO: "None of these",
    triage.YES: "Yes",
    booking.CONFIRM_YES: "Book it",
    booking.CONFIRM_TIME: "Another time",
    booking.CONFIRM_PATIENT: "Another patient",
    booking.CONFIRM_NO: "Do not book",
    registration.ALL_RIGHT: "All correct",
    registration.ALL_RIGHT_AND_LEAVE: "All correct, and the patient agrees",
    registration.NO_PHONE: "No phone",
    **{label: _RELATIONS[value] for label, value in registration.RELATIONS},
    **{label: _WRONG[value] for label, value in registration.WRONG},
    **{label: _SEXES[value] for label, value in registration.SEXES},
    **{label: _CONSENT[value] for label, value in registration.CONSENT_CHOICES},
    **{registration.KINDS[kind]: name for kind, name in _KINDS.items()},
}
MORE = "For the next choices reply: more"


def department(sees: str, name: str) -> str:
    """A department on a list, in both languages."""
    return f"{sees} {name}"
