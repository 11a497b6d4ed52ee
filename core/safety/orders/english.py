"""Orders in English: an action on a medicine in the imperative, behind a modal, or as advice.

Knows: a masked sentence (see `measures` and `medicines`). Does not know: what was said before it.
An action counts unless what it acts on is plainly no medicine: in doubt a sentence is an order.
"""

import re

from core.safety.orders.english_words import (
    ADVERBS,
    GERUNDS,
    LEAD,
    MODAL,
    OBJECT,
    PAST,
    PEOPLE,
    STRONG,
    WEAK,
)
from core.safety.orders.measures import AMOUNT, TIME
from core.safety.orders.medicines import MEDICINE

_NO_MEDICINE = re.compile(
    r"^\s*(?:an?\s+|the\s+|your\s+|her\s+|his\s+|their\s+|any\s+|this\s+|that\s+|full\s+|more\s+|"
    r"careful\s+|detailed\s+|some\s+|blood\s+|good\s+|due\s+|great\s+|to\s+|with\s+)*"
    r"(?:care(?!\s*home)|history|histories|samples?|into (?:account|consideration)|account|"
    r"note|notes|"
    r"blood pressure|blood tests?|blood samples?|temperature|steps|precautions?|advantage|"
    r"part|place|"
    r"look|break|rest|time|hours?|days?|weeks?|years?|effect|action|measures|readings?|"
    r"measurements?|"
    r"monitor\w*|check\w*|observ\w*|watch\w*|follow\w*|measur\w*|record\w*|smok\w*|drink\w*|"
    r"driv\w*|"
    r"eating|bleeding|breath\w*|exercis\w*|cpr|compressions|attention|consideration|priority|"
    r"advice|"
    r"information|reassurance|rise to|them advice|ecg|x-?ray|caution|judgement|judgment|risks?|"
    r"opportunity|responsibility|longer|several|about|up to|over|as evidence|seriously|sedentary|"
    r"work\w*|physio\w*|counsel\w*|document\w*|report\w*|review\w*|assess\w*|ask\w*|read\w*|"
    r"an? (?:eye|record|diary|list)|hydrat\w*|fluids?|water|walking|alcohol|"
    r"grapefruit\w*)(?![a-z])"
)
_MEASURED = re.compile(
    r"(?:levels?|concentrations?|exposure|auc|cmax|clearance|metabolism|absorption|effects?|"
    r"risks?|"
    r"efficacy|toxicity|inr|bleeding|half-life|elimination|activity|anticoagulation|response|"
    r"bioavailability|excretion|likelihood|chance|potassium|qt|qtc|sedation|blood pressure|"
    r"heart rate|action|hypoglyc\w+|incidence|rate|mortality)(?![a-z])"
)
_CHANGES = re.compile(
    r"(?:increas|rais|reduc|decreas|lower|doubl|tripl|halv|chang|limit|cut|delay|alter)"
)
# Where the object of a change ends: `increase warfarin and check INR` changes no INR.
_BEHIND_OBJECT = re.compile(
    r"\s+(?:(?:and|then|but)(?: then| also)? (?:re-?)?(?:check|monitor|measure|watch|test|repeat|"
    r"review|assess|follow|adjust|titrate|stop|start|hold|continue|see|observe|keep)(?![a-z])"
    r"|(?:in order )?to (?:limit|lower|reduce|avoid|prevent|keep|raise|increase|minimi[sz]e|"
    r"decrease|control|bring|improve|protect|maintain)(?![a-z])"
    r"|until|till|unless|while|because|since|by (?:half|a (?:half|third|quarter)|\d))(?![a-z])"
)
_STRONG_SUBJECT_NOT = re.compile(
    r"(?:caution|care|history|samples?|bloods?|precautions?|account|consideration|attention|"
    r"measures|"
    r"action|levels?|measurements?|advice|information|tests?|readings?|biops\w+|ecg|inr|"
    r"monitoring|"
    r"concentrations?|exposure|alcohol|juice|smoking|driving|potassium|creatinine|decision|"
    r"counselling|review|temperature|grapefruit)(?:\s+\w+){0,3}$"
)
_VERB = rf"(?P<verb>(?P<strong>{STRONG})|{WEAK})(?![a-z'-])"
_IMPERATIVE = re.compile(rf"^{LEAD}{_VERB}(?P<rest>.*)")
_JOINED = re.compile(
    rf"(?:\b(?:and|then|but|or|so|please|instead|also)|{TIME}|{AMOUNT}|[-–→>=/&+])\s+"
    rf"(?:then |also |please |now |instead |just |do not |don't |never )*{_VERB}(?P<rest>.*)"
)
_BEHIND_MODAL = re.compile(
    rf"(?<!was )(?<!were )(?<!been )(?<![a-z])(?:{MODAL}){PEOPLE}{ADVERBS}\s+{_VERB}(?P<rest>.*)"
)
_RECOMMEND = re.compile(
    r"(?<!was )(?<!were )(?<!been )(?<![a-z])(?P<who>(?:recommend(?:s|ed(?! (?:\w+ )?dos)|ing|"
    r"ation)?|suggest(?:s|ed|ion)?|advi[sc]e[sd]?|propose[sd]?|"
    r"consider(?:ed)?|favou?rs?|prefer(?:red|s)?|would|opt for|go with|option|choice|plan|think|"
    r"indicated|answer|best|safest|rather|try|urge)\b"
    rf"(?:\s+(?:is|are|would be|to be|that|of|for|the|an?|you|he|she|they|the patient|him|her|"
    rf"them|"
    rf"instead|be|on|with|strongly|either|your|his|this|against|oral|iv|low-dose|alternative|"
    rf"first|"
    rf"low|dose|high|temporarily|immediately|should|now|using|only|trying|by|in|most|it|"
    rf"at)){{0,6}})"
    rf"[\s:-]+(?P<verb>(?:{GERUNDS})(?![a-z])|(?:{STRONG}|{WEAK})(?![a-z'-])|(?={MEDICINE}|"
    rf"{AMOUNT}))"
    r"(?P<rest>.*)"
)
_PASSIVE = re.compile(
    rf"(?<![a-z])(?:{MODAL}|to|needs?|requires?|get|gets|best|better|is being)"
    rf"{ADVERBS}(?:\s+be)?{ADVERBS}\s+(?P<part>(?:{PAST})(?![a-z])|"
    rf"(?:{GERUNDS})(?![a-z])(?!\s+by))"
)
_ADVISED = re.compile(
    rf"(?:{GERUNDS}|dose (?:reduction|increase|adjustment|change)|{MEDICINE}|"
    rf"{AMOUNT})[^,;]{{0,60}}?"
    r"(?:\bis|\bare|'s|\bseems?|\bwould be|\bwill be|"
    r"\bshould be)(?: \w+ly)? (?:not )?(?:recommended|advised|advisable|"
    r"suggested|needed|required|necessary|preferred|the (?:way (?:forward|to go)|best|"
    r"safest|right|preferred|"
    r"drug of)|best|"
    r"appropriate|prudent|wise|warranted|mandatory|what (?:you|he|she|i|we)|"
    r"your best)(?! (?:by|in) (?:the|a) (?:label|guideline))"
)
_NEEDS = re.compile(
    rf"\b(?:you|patient|she|he|they|we)(?:'ll|'d| will| would| do| does)? (?:also |now |"
    rf"only )?(?:needs?|requires?|want|get|gets)"
    rf"(?: \w+){{0,3}}? (?:{MEDICINE}|{AMOUNT}|{GERUNDS}|dose (?:reduction|increase|adjustment))"
)
_IDIOMS = re.compile(
    rf"\bno (?:more|further) (?:\w+ )?(?:{MEDICINE}|dos)|\b(?:put|start|keep|place|switch|get|"
    rf"move|leave|"
    rf"maintain) (?:him|her|them|the patient|this patient|yourself|patient)(?: back)? (?:on|"
    rf"off|to|with)\b"
    rf"|\boff (?:the|your) {MEDICINE} (?:now|today|{TIME})|"
    rf"^(?:{LEAD})(?:{MEDICINE})\s+(?:(?:off|on)\b|(?:stop|hold|out)$)"
    rf"|^(?:{LEAD})(?:off|out) with (?:the )?{MEDICINE}|\b(?:same|usual) {OBJECT} as before"
    rf"|\bgoes? (?:up|down) to {AMOUNT}|\b(?:go ahead|proceed) with (?:the )?{OBJECT}"
)
# Orders without an act in the imperative.
_WISHES = re.compile(
    rf"\b(?:refrain|abstain) from (?:{GERUNDS}|(?:the |any )?{MEDICINE})"
    rf"|\b(?:ensure|make sure|see to it|see that|be sure)\b[^,;]{{0,40}}?"
    rf"\b(?:receives?|takes?|gets?|has|have|is given|are given)\b[^,;]{{0,40}}?{OBJECT}"
    rf"|\btime for (?:you|him|her|them|the patient) to\b[^,;]{{0,30}}?{OBJECT}"
    rf"|\bnothing by mouth except|\bmake (?:it|that) {AMOUNT}"
    rf"|(?:{MEDICINE}|{AMOUNT})[^,;]{{0,20}}? (?:would|will|should|is|are)(?: be| do)?"
    r"(?: fine| enough| sufficient| all you need| plenty| suitable| sensible| ok| okay| right for)"
    rf"|^{MEDICINE} (?:tonight|today|tomorrow)"
)
_BARE = re.compile(
    r"^(?:it|this|that|them|these|those|both|one|two|either|all|everything|the (?:other|first|"
    r"second|"
    rf"former|latter|following)|now|immediately|today|tonight|tomorrow|at once|here|again|"
    rf"as before|"
    rf"as (?:above|below|follows)|the same|{TIME}|doing (?:this|that|so)|on|off|up|down|"
    rf"$)(?![a-z])"
)
_WHEN = re.compile(r"(?:within|after|during|over|when|while|as|once)(?![a-z])")
_DOING = re.compile(r"^(?:taking|using|giving|having|swallowing)\s+")
_FILLER = rf"(?:[^{MEDICINE}{AMOUNT}]{{0,80}}?)"
_UNKNOWN = re.compile(r"^(?:your |her |his |the |with |on |to |off )*\ue004")
# I cannot recommend a dose.
_REFUSED = re.compile(
    r"\b(?:i|we) (?:cannot|can't|can not|won't|will not|do not|don't|must not|may not|"
    r"should not) (?:give|recommend|"
    r"suggest|prescribe|advise|state|name|provide|tell)(?: you)?(?: on)?(?: an?| any| the|"
    r" which| what)?"
    r"(?: \w+)? (?:dos\w+|orders?|prescriptions?|advice|\ue001)"
    r"|\bwithout (?:giving|providing|naming|stating|recommending|suggesting)(?: an?| any| the)?"
    r"(?: \w+)? (?:dos\w+|orders?|advice)"
)
_ABOUT_PEOPLE = re.compile(
    r"\b(?:who|whose|those|which|that|patients?|people|adults|they|we|may|can|could|might|would|will|to)\b"
)


def directs(segments: list[str], question: bool = False) -> bool:
    """Whether a part of the sentence tells to do something with a medicine."""
    segments = [_REFUSED.sub(" ", segment) for segment in segments]
    asked = segments[1:] if question else segments
    if any(_imperative(segment) for segment in asked):
        return True
    if question:
        return False
    return any(_advice(segment) for segment in segments)


def _imperative(segment: str) -> bool:
    found = _IMPERATIVE.match(segment)
    if found and _acts(found):
        return True
    for found in _JOINED.finditer(segment):
        described = _ABOUT_PEOPLE.search(segment[: found.start()])
        if not (described and segment[found.start() :].startswith(("and", "or", "to"))) and _acts(
            found
        ):
            return True
    return False


def _advice(segment: str) -> bool:
    return (
        any(_acts(found) for found in _BEHIND_MODAL.finditer(segment))
        or any(_recommended(found) for found in _RECOMMEND.finditer(segment))
        or _passives(segment)
        or any(_advised(found) for found in _ADVISED.finditer(segment))
        or any(said.search(segment) for said in (_NEEDS, _IDIOMS, _WISHES))
    )


def _acts(found: re.Match[str]) -> bool:
    """Whether what follows the verb is, or may be, a medicine or its dose."""
    if found["rest"].startswith(" of "):
        return False
    rest = _DOING.sub("", found["rest"].strip(" :-–—=>"))
    if _NO_MEDICINE.match(rest):
        return False
    if _CHANGES.match(found["verb"]) and _measures(rest):
        return False
    if found["verb"] == "change" and _WHEN.match(rest):
        return False
    if _UNKNOWN.match(rest):
        return True
    if found["strong"]:
        return bool(
            _BARE.match(rest) or _near(rest) or found["verb"] in ("take", "swallow", "skip")
        )
    return _near(rest) or (
        bool(_BARE.match(rest))
        and found["verb"] in ("increase", "reduce", "avoid", "change", "add", "adjust")
    )


def _near(rest: str) -> bool:
    return bool(re.match(rf"{_FILLER}{OBJECT}", rest))


def _measures(rest: str) -> bool:
    """`the levels of …`, `… clearance`: what changes is measured and not taken."""
    early = " ".join(_BEHIND_OBJECT.split(rest, maxsplit=1)[0].split()[:6])
    return bool(_MEASURED.search(early)) and not re.match(
        r"(?:the |your |her |his |its )*(?:\w+ )?dos", rest
    )


def _recommended(found: re.Match[str]) -> bool:
    rest = found["rest"].strip()
    verb = found["verb"]
    if _NO_MEDICINE.match(rest) or (_CHANGES.match(verb) and _measures(rest)):
        return False
    if not verb:
        return not re.match(
            rf"{MEDICINE}(?:'s)?\s*(?:levels?|concentrations?|interact\w*|half|toxicity|monitoring)",
            rest,
        )
    return _near(rest) or bool(_BARE.match(rest)) or bool(_UNKNOWN.match(rest))


def _passives(segment: str) -> bool:
    found = list(_PASSIVE.finditer(segment))
    begins = [0, *(one.end() for one in found)]  # a subject stands behind the passive before it
    return any(_passive(one, begin, segment) for one, begin in zip(found, begins, strict=False))


def _passive(found: re.Match[str], begin: int, segment: str) -> bool:
    subject, part = segment[begin : found.start()].strip(), found["part"]
    if _STRONG_SUBJECT_NOT.search(subject) or _NO_MEDICINE.match(segment[found.end() :]):
        return False
    if _CHANGES.match(part) and _MEASURED.search(subject) and not re.search(r"\bdos", subject):
        return False
    about = f"{subject} {segment[found.end() :]}"
    return bool(
        re.search(
            rf"{OBJECT}|\ue004|(?<![a-z])(?:it|they|this|these|both)(?![a-z])|^(?:not|also|then)?$",
            about,
        )
    )


def _advised(found: re.Match[str]) -> bool:
    return not re.search(
        r"monitor|check|test|caution|review|measure|counsel|watch|assess|interact|level|"
        r"supervis|information|data|care\b",
        found.group(),
    )
