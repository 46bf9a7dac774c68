"""
What people come to a hospital's desk for besides being ill, and what the desk can truly say.

By the names of `nlp/lexicon/subjects.tsv`. What no setting and no roster tells is not guessed: it
says who knows (`{ask}`), and what is so everywhere. A hospital writes its own rules over these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.texts import information
from scheduling.types import Place, Ward

ASKS = "{ask}"
SUBJECTS: Mapping[str, str] = {
    "checkup": (
        "本院没有体检科，体检在这里约不了。入职、驾驶证、老人免费体检等做不做、哪天做、在哪做、多少钱，"
        "我这里查不到，{ask}。要抽血的一般先不吃早饭，去的时候带上身份证。"
    ),
    "marriage": (
        "婚前检查在这里约不了。做不做我查不到，{ask}；也可以问婚姻登记处，"
        "他们会告诉您去哪家医院做。两个人都要带身份证。"
    ),
    "health_cert": (
        "健康证在这里办不了。去哪办、要带什么我查不到，{ask}；也可以问当地的疾控中心。"
    ),
    "birth_cert": (
        "出生医学证明由孩子出生的那家医院办，丢了要补也先问那里，父母都带身份证。"
        "在本院出生的，在哪个窗口办我查不到，{ask}。"
    ),
    "death_cert": (
        "请节哀。在医院去世的，死亡证明由医院开；在家里去世的，先问户口所在地的社区或乡镇卫生院。"
        "在哪个窗口办我查不到，{ask}。"
    ),
    "disability": (
        "残疾证、残疾评定先到户口所在地的残联申请，由残联安排到指定的医院做。"
        "本院做不做我查不到，{ask}。"
    ),
    "work_injury": (
        "工伤认定找单位或当地人社局，劳动能力鉴定也由人社部门安排。"
        "医院能给的是病历和诊断证明，由看病的医生开。别的我查不到，{ask}。"
    ),
    "ward_bill": "住院的押金、费用清单、出院结算，我这里查不到，请到住院收费窗口，或{ask}。",
    "visiting": "探视、陪护的时间和规定我这里查不到，各个病区不一样，{ask}。",
    "reimburse": (
        "用医保的，缴费时直接结算，能报多少按您参保地的规定，我这里查不到："
        "可以问医院的医保窗口，打医保热线12393，或{ask}。"
    ),
    "no_insurance": "没有医保也能看病、能挂号，缴费时自己付就行，微信、现金都可以。",
    "empty_card": "医保卡里没钱也能看病，该自己付的那部分用微信、现金付就行。医保卡还是请带上。",
    "lost_card": "医保卡丢了也能看病：用医保码，或者自己付。补卡请问当地医保局或发卡的银行。",
    "other_insurance": (
        "公费医疗、大病、救助、商业保险这些怎么结算，我这里查不到：请问医院的医保窗口，或{ask}。"
        "看病的发票、病历请留好。"
    ),
    "chronic_card": (
        "慢特病的待遇由当地医保局认定，材料里的病历、诊断证明由看病的医生开。"
        "在哪个窗口办、要带什么我查不到：请问医院的医保窗口，或{ask}。"
    ),
    "exam_price": (
        "检查、治疗、手术要多少钱，我这里查不到，{ask}。"
        "做什么由医生看过再定，要做先挂号看医生；挂号费多少可以问我。"
    ),
    "exam_book": "做检查要先挂号看医生，由医生开单，要不要预约、哪天做，开单时会告诉您。",
    "exam_fast": (
        "挂号看医生不用空腹。抽血、做胃肠镜和有些检查要空腹，几点起不吃不喝，"
        "请看检查单上写的；没有单子，{ask}。"
    ),
    "exam_where": (
        "这个我这里查不到，做不做、在哪做，{ask}。检查要先挂号看医生，由医生开单，地点写在检查单上。"
    ),
    "injections": (
        "打针、输液、换药都要有医生开的单子，先挂号看医生。自己带的药能不能打，要医生看过才能定，"
        "请带上药、处方和病历；不知道挂哪个科，说“挂全科”。在哪打我这里查不到，{ask}。"
    ),
    "bed": "能不能住院要医生看过再定，先挂号看医生。床位我这里查不到，{ask}。",
    "blood_type": "查血型要医生开单抽血，挂全科的普通号就行。要挂，说“挂全科”。",
    "blood_given": "献血请去血站或献血车，我这里挂不了。",
    "pets": (
        "我们只给人看病，猫、狗请找动物医院。人被抓了、咬了，请说“被猫抓了”，我告诉您去哪里看。"
    ),
    "why_papers": (
        "挂号要实名：姓名和证件号用来认定看病的人，取号、缴费、医保结算都要用；手机号用来通知停诊和"
        f"改时间，可以不留。{information.KEPT}"
    ),
    "measure": "只是量一量，先到导诊台问，不用先挂号。量出来不正常、或人不舒服，再挂号看医生。",
    "ambulance": "救护车怎么收费我这里查不到，可以打120问。情况危急请马上打120，人要紧。",
    "home_visit": (
        "上门看病、抽血、送药这些做不做，我这里查不到，{ask}。人不能动、情况急，请打120。"
    ),
    "other_phone": "可以留家人的手机号，留能联系上您的就行。通知发到约号的这个微信。",
    "no_queue": "看病要按号叫，排队免不了。先约好时间再来，等得少些；来了先说“签到”。",
    "pharmacy": "先到一楼缴费，再到药房取药。药房在哪我这里查不到，请看指示牌，或问导诊台。",
    "proxy_drugs": (
        "替家人开药，能不能开、要不要本人来，由医生定。号要挂在病人自己名下，"
        "来的时候带上病人的身份证或医保卡、以前的病历和药盒。各科规定不一样，{ask}。"
    ),
    "child_card": (
        "小孩没有身份证不要紧：登记用户口本上的身份证号；还没上户口的，选“出生医学证明”。"
        "手机号填家长的，看病那天带上户口本或出生证明。"
    ),
    "no_card": (
        "没有身份证卡，户口本、医保卡上的身份证号也能登记；也可以用护照等别的证件。"
        "一样都没有的，请先到医院窗口问。"
    ),
    "best": "谁看得好、哪家更好，我不好说，请您自己挑。要挂号，我把医生的职称和擅长一起列出来。",
    "doctor_here": (
        "我是医院的自动助手，不是医生，不能看病开药。要看医生，我帮您挂号：哪里不舒服，直接告诉我。"
    ),
    "cure_here": ("做不做、怎么做，要医生看过再定。本院有没有这一项，我这里查不到，{ask}。"),
    "prescription": (
        "处方一般当天有效，医生注明的最长3天。过期了、弄丢了，请找开药的医生重新开。"
        "能不能拿到外面买药，请问医生或药房。"
    ),
    "transfer": (
        "转诊、转院由看病的医生开单，先挂号，看病时跟医生说。"
        "医保的转诊备案请问医院的医保窗口，或{ask}。"
    ),
    "invoice": information.TOPICS["invoice"],
    "alcohol": (
        "吃药期间请不要喝酒，头孢一类的药更不行，停药后几天内也不要喝，隔多久请问医生或药师。"
        "已经喝了又脸红、心慌、气短、头晕，请马上去急诊。"
    ),
    "why_stopped": (
        "停诊给您添麻烦了，很抱歉。为什么停，我这里查不到，一般是医生临时有事。"
        "给您留的号、可以另选的时间，都在停诊通知里，回那里的数字就行；也可以说“我的预约”。"
    ),
    "wrong": (
        "挂错了也不要紧：还没看的，说“取消预约”，再告诉我该挂哪个科；同一个科换医生、换时间，说“改时间”。"
        "到了医院才发现，请问分诊台。"
    ),
}


def ask(phone: str, *, waits: bool) -> str:
    """The way on that stands in most of them; who waits for a person is not sent for one."""
    rest = "等工作人员联系您，这句话已经一起转给他们" if waits else "回复“人工”"
    return f"请{information.call(phone)}{rest}"


def fever_clinic(wards: Sequence[Ward], way: str) -> str:
    """Where those with a fever go; its hours and what is tested there are not written."""
    if not wards:
        return f"发热门诊和核酸检测的事，我这里查不到，{way}。"
    at = "，".join(f"{ward.site_name}{ward.name}在{ward.location}" for ward in wards)
    return f"发烧、新冠不用预约，直接去发热门诊，戴好口罩：{at}。做不做核酸、几点开，{way}。"


def vaccines(wards: Sequence[Ward], way: str) -> str:
    """Which one is due stands in the child's book."""
    lead = "该打哪一针、什么时候打，由接种门诊看接种证定，请带上接种证。"
    if not wards:
        return f"{lead}接种在哪打，我这里查不到，{way}。"
    return f"{lead}{wards[0].site_name}{wards[0].name}可以约，要约说“挂{wards[0].name}的号”。"


def hours(places: Sequence[Place], way: str) -> str:
    """When each site is open; of feasts, if they were asked about, nothing but the `way`."""
    told = "\n".join(f"{place.name}：{place.hours}" for place in places)
    feasts = f"节假日怎么安排我这里查不到，{way}。" if way else ""
    return f"{told}\n{feasts}想看哪个科哪天有号，直接说科室和日期。"


def minor(child_under_years: int) -> str:
    """Whether a parent must come, as far as the house has a rule."""
    return (
        f"不满{child_under_years}岁的，由家长来登记挂号。不满18岁来看病，最好有家长或监护人陪着："
        "有的检查、治疗要监护人签字。一个人来了，医生也会先看，要不要叫家长请问医生。"
    )


def goes_to(value: Ward) -> str:
    """The department such a thing belongs to."""
    if not value.bookable:
        return f"{value.site_name}{value.name}不用预约，直接去就行。"
    return f"要挂号，说“挂{value.name}的号”。"
