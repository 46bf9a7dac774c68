"""What is read by who knows no Chinese: one line in English above each question."""

from __future__ import annotations

from collections.abc import Mapping

# By form and by what is asked.
HINTS: Mapping[tuple[str, str], str] = {
    ("menu", "act"): "1 for book a visit, 2 for my appointments, 3 for staff.",
    ("booking", "safe"): (
        "Safety question. Is anything serious happening now: chest pain, trouble breathing, "
        "heavy bleeding, fainting, a seizure, weakness on one side, a very stiff neck? "
        "1 for no, 2 for yes or not sure."
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
    ("booking", "confirm"): (
        "Your place is held for a few minutes. 1 for book it, 2 for another time, "
        "3 for another patient, 4 for do not book."
    ),
    ("registration", "relation"): (
        "Who is the patient? 1 for myself, 2 for mother, 3 for father, "
        "4 for husband or wife, 5 for child."
    ),
    ("registration", "consent"): (
        "To book we need the patient's name, document number and phone. They are kept encrypted, "
        "used only for the visit and given to nobody else. 1 for I agree, 2 for I do not."
    ),
    ("registration", "name"): (
        "Send the name as in the passport; the number may follow: Maria Lopez E12345678."
    ),
    ("registration", "kind"): "Which document? Reply with a number.",
    ("registration", "number"): "Send the number of the document.",
    ("registration", "sex"): "1 for male, 2 for female.",
    ("registration", "birth_on"): "Send the date of birth, for example 1990-03-07.",
    ("registration", "guardian"): (
        "The patient is under 14: do you agree as a parent or guardian? 1 for yes, 2 for no."
    ),
    ("registration", "phone"): "Send a Chinese mobile number, or choose no phone by its number.",
    ("registration", "right"): (
        "Please check. 1 for all correct, 2 for wrong name, 3 for wrong number, "
        "4 for wrong relation, 5 for wrong phone."
    ),
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
LABELS: Mapping[str, str] = {
    "护照": "Passport",
    "外国人永久居留证": "Permanent residence card",
    "港澳居民来往内地通行证（回乡证）": "Hong Kong/Macau permit",
    "台湾居民来往大陆通行证（台胞证）": "Taiwan permit",
    "居民身份证（户口本）": "Chinese identity card",
    "不留电话": "No phone",
    "同意": "I agree",
    "不同意": "I do not agree",
}
MORE = "For the next choices reply: more"


def department(sees: str, name: str) -> str:
    """A department on a list, in both languages."""
    return f"{sees} {name}"
