"""The questions asked before a department is chosen: the safety question, then the telling one."""

from __future__ import annotations

from collections.abc import Sequence

YES = "有"
NO = "都没有"
NONE_OF_THESE = "都不是"

_SAFETY = {
    "chest_pain": "出冷汗、喘不上气、恶心，疼到后背、胳膊或下巴，或者疼了超过15分钟",
    "breathlessness": "坐着不动也喘、说话断断续续、嘴唇发紫、胸口疼，或者脸和喉咙肿",
    "infant_fever": "不到3个月大、抽过、叫不醒或没精神、身上有按不退的红点、喘得急，或者不肯吃奶",
    "child_fever": "抽过、叫不醒或没精神、脖子发硬、身上有按不退的红点、喘得急，或者一直吐",
    "pregnancy": "出血像来月经一样多、肚子疼得厉害、流出很多水、发晕，或者胎动变少",
    "late_period": "下面出血、肚子疼得厉害、发晕或晕过、肩膀疼，或者可能怀孕",
    "testicle": "突然疼起来、疼得厉害、肿起来、恶心呕吐，或者碰伤过",
    "headache": "突然一下子疼到最厉害、一直呕吐、脖子发硬、看东西不清，或者半边身子没劲",
    "dizziness": "嘴歪脸歪、一边胳膊或腿没劲、说话不清、走不稳，或者头痛得厉害",
    "abdomen": "疼得打滚或直不起腰、肚子发硬、吐血或大便发黑、发晕出冷汗，或者可能怀孕",
    "bowel": "肚子疼得厉害或发硬、一直吐、好几天不放屁也不大便，或者发晕出冷汗",
    "stool_blood": "血很多、止不住，大便发黑像柏油、吐血，或者发晕、心慌、出冷汗",
    "allergy": "喘不上气、喉咙或舌头发紧发肿、声音变哑、头晕站不住，或者人迷糊",
    "child_gut": "叫不醒或没精神、大半天没尿、哭没有眼泪、一直吐、肚子发硬，或者大便带血",
}
# Which answer of handlers.danger.answer a yes gets.
DANGER = {
    "chest_pain": "call_120",
    "breathlessness": "call_120",
    "infant_fever": "go_now",
    "child_fever": "go_now",
    "pregnancy": "go_now",
    "late_period": "go_now",
    "testicle": "go_now",
    "headache": "call_120",
    "dizziness": "call_120",
    "abdomen": "go_now",
    "bowel": "go_now",
    "stool_blood": "go_now",
    "child_gut": "go_now",
    "allergy": "call_120",
}

_ASK = {
    "part": "主要是下面哪一样？",
    "with": "还有没有下面哪一样？",
    "who": "是给谁看？",
}
LABELS = {
    "head": "头部",
    "eyes": "眼睛",
    "ears_nose_throat": "耳朵、鼻子或嗓子",
    "mouth": "牙齿或口腔",
    "neck": "脖子粗、甲状腺",
    "chest": "胸口、心脏",
    "lungs": "咳嗽、气喘",
    "belly": "肚子或胃",
    "back_limbs": "腰、腿、关节或骨头",
    "skin": "皮肤",
    "urine": "小便",
    "private_f": "月经或妇科",
    "private_m": "男性私处",
    "breast": "乳房",
    "anus": "肛门或大便",
    "mood": "心情或睡眠",
    "liver": "肝",
    "sugar": "血糖",
    "fever": "发烧",
    "cough": "咳嗽、有痰",
    "vomit": "恶心、呕吐或拉肚子",
    "palpitations": "心慌、胸闷",
    "numb": "发麻、没力气",
    "rash": "起疹子",
    "bleeding": "出血",
    "lump": "有肿块",
    "child": "小孩（14岁以下）",
    "pregnant": "孕妇",
    "adult": "大人",
}


def safety(concern: str) -> str:
    """Ask for the signs that would make this complaint an emergency."""
    return f"先问一句要紧的：现在有没有下面任何一种？{_SAFETY[concern]}。"


def inquiry(name: str, words: Sequence[str], departments: Sequence[str]) -> str:
    """Ask the one question that tells most about the department, and say why."""
    told = "".join(f"“{word}”" for word in words[:3])
    several = "、".join(departments) if len(departments) > 1 else "好几个科"
    lead = f"您说{told}，{several}都可能看。" if told else ""
    return f"{lead}为了帮您挑对科，再问一句，{_ASK[name]}（回复数字）"


# Pain that gets worse while a place for another day is looked for.
WORSE = "难受得厉害、加重得快，就不要等到约的那天：直接去急诊，或拨打120。"


def beside(words: Sequence[str], *, is_worse: bool) -> str:
    """A complaint told once a place was chosen, and which does not belong elsewhere."""
    told = "".join(f"“{word}”" for word in words)
    more = WORSE if is_worse else "突然加重，请直接去急诊。"
    return f"您说{told}，看病时也请告诉医生。{more}"
