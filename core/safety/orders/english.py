"""Orders in English: an action on a medicine in the imperative, behind a modal, or as advice.

Knows: a masked sentence (see `measures` and `medicines`). Does not know: what was said before it.
An action counts unless what it acts on is plainly no medicine: in doubt a sentence is an order.
"""

import re

from core.safety.orders.measures import AMOUNT, TIME
from core.safety.orders.medicines import MEDICINE

_OBJECT = rf"(?:{MEDICINE}|{AMOUNT}|dos(?:e|es|age|ing)(?![a-z])|course(?![a-z]))"
_STRONG = (
    "take|swallow|start|begin|initiate|commence|stop|discontinue|cease|hold|withhold|omit|skip|"
    "continue|resume|restart|administer|give|inject|switch|taper|halve|quit|suspend|prescribe|"
    "reintroduce|dispense|restarting|chew|inhale|swap|double|triple|exceed|co-?prescribe|"
    "carry on|"
    "co-?administer"
)
_WEAK = (
    "use|try|have|get|receive|add|put|keep|change|adjust|increase|raise|reduce|decrease|lower|"
    "cut|"
    "titrate|convert|replace|substitute|avoid|order|repeat|pause|interrupt|combine|load|finish|"
    "complete|choose|drop|pick|favou?r|prefer|come off|go on|go back|go for|stay on|stick with|"
    "go up|go down|apply|delay|remove|wean|bridge|limit|up|opt for|leave|treat|cover|drink|"
    "need|want|require|step|bring|move|maintain|stick to|remain on|run|push|bolus|infuse|set"
)
_GERUNDS = (
    "taking|swallowing|starting|beginning|initiating|commencing|stopping|discontinuing|ceasing|"
    "holding|withholding|omitting|skipping|continuing|resuming|restarting|administering|giving|"
    "injecting|switching|tapering|halving|suspending|prescribing|reintroducing|using|trying|"
    "adding|"
    "changing|adjusting|increasing|raising|reducing|decreasing|lowering|cutting|titrating|"
    "replacing|"
    "substituting|avoiding|pausing|interrupting|combining|delaying|doubling|swapping|keeping|"
    "limiting|weaning|dropping|converting|deprescribing|withdrawing|withdrawal|discontinuation|"
    "initiation|cessation|co-?administration|substitution|coming off|going"
)
_PAST = (
    "given|taken|started|begun|initiated|commenced|stopped|discontinued|ceased|held|withheld|"
    "omitted|"
    "skipped|continued|resumed|restarted|administered|prescribed|reintroduced|used|added|"
    "injected|"
    "switched|changed|tapered|halved|doubled|suspended|replaced|substituted|swapped|avoided|"
    "paused|"
    "interrupted|combined|co-?administered|titrated|repeated|delayed|dosed|limited|withdrawn|"
    "increased|reduced|decreased|lowered|raised|adjusted|kept|maintained|put on|taken off|"
    "exceeded|"
    "cut|dispensed|swallowed|converted|weaned"
)
_ADVERBS = (
    r"(?:\s+(?:not|also|now|then|safely|immediately|promptly|probably|always|never|only|just|"
    r"still|"
    r"therefore|either|both|rather|first|instead|again|simply|at once|today|tonight|tomorrow|"
    r"please|"
    r"\w+ly|so|really|at least|ever|try to|go ahead and|continue to|start to|be able to|"
    r"in future|"
    r"have to|want to|need to|wish to|be advised to|be told to|be asked to|no longer))*"
)
_MODAL = (
    r"should|must|shall|ought to|needs? to|has to|have to|had better|[a-z]+'d better|is to|"
    r"are to|am to|"
    r"may|can|could|might|would|will|'ll|you'd|cannot|can't|won't|wouldn't|shouldn't|mustn't|"
    r"needn't|"
    r"does not need to|let's|let us|let (?:him|her|them|the patient)|gotta|got to|"
    r"(?:want|like|need|advise|urge|tell|ask|instruct|have|get|expect|prefer|require|allow) "
    r"(?:you|him|her|them|the patient|patients) to|"
    r"(?:best|better|wise|prudent|advisable|safer?|safest|reasonable|important|essential|"
    r"necessary|"
    r"time|fine|ok|okay|appropriate|preferable|recommended|advised|required|suggested|"
    r"sensible|free|"
    r"remember|sure|want|need|plan|going|aim|course is|option is|step is|thing is|goal is|is|"
    r"choice is|mandatory|crucial|vital|wisest|simplest|easiest|acceptable|good idea|due) to"
)
_PEOPLE = r"(?:\s+(?:you|he|she|they|the patient|patients|we|i|this patient|him|her|them|it))?"
_LEAD = (
    r"(?:(?:please|pls|then|and|also|now|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|so|but|"
    r"or|just|"
    r"instead|kindly|simply|always|never|only|therefore|thus|hence|ok|okay|yes|no|right|sure|"
    r"immediately|today|tonight|tomorrow|otherwise|do|don't|do not|not|you|for now|meanwhile|"
    r"finally|"
    r"safely|carefully|again|if so|if not|in that case|once|from now on|go ahead and|remember to|"
    r"be sure to|make sure to|make sure you|try to|urgently|promptly|at once|well|answer|"
    r"temporarily|gradually|slowly|permanently|abruptly|either|to|doctor|nurse|patient|everyone|"
    rf"hereby|we|i|i'd|i'll|we'll|let me|better|preferably|ideally|{TIME}|action)\s+)*"
)
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
_STRONG_SUBJECT_NOT = re.compile(
    r"(?:caution|care|history|samples?|bloods?|precautions?|account|consideration|attention|"
    r"measures|"
    r"action|levels?|measurements?|advice|information|tests?|readings?|biops\w+|ecg|inr|"
    r"monitoring|"
    r"concentrations?|exposure|alcohol|juice|smoking|driving|potassium|creatinine|decision|"
    r"counselling|review|temperature|grapefruit)(?:\s+\w+){0,3}$"
)
_VERB = rf"(?P<verb>(?P<strong>{_STRONG})|{_WEAK})(?![a-z'-])"
_IMPERATIVE = re.compile(rf"^{_LEAD}{_VERB}(?P<rest>.*)")
_JOINED = re.compile(
    rf"(?:\b(?:and|then|but|or|so|please|instead|also)|{TIME}|{AMOUNT}|[-–→>=/&+])\s+"
    rf"(?:then |also |please |now |instead |just |do not |don't |never )*{_VERB}(?P<rest>.*)"
)
_BEHIND_MODAL = re.compile(
    rf"(?<!was )(?<!were )(?<!been )(?<![a-z])(?:{_MODAL}){_PEOPLE}{_ADVERBS}\s+{_VERB}(?P<rest>.*)"
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
    rf"[\s:-]+(?P<verb>(?:{_GERUNDS})(?![a-z])|(?:{_STRONG}|{_WEAK})(?![a-z'-])|(?={MEDICINE}|"
    rf"{AMOUNT}))"
    r"(?P<rest>.*)"
)
_PASSIVE = re.compile(
    rf"(?P<subject>.*?)(?<![a-z])(?:{_MODAL}|to|needs?|requires?|get|gets|best|better|is being)"
    rf"{_ADVERBS}(?:\s+be)?{_ADVERBS}\s+(?P<part>(?:{_PAST})(?![a-z])|"
    rf"(?:{_GERUNDS})(?![a-z])(?!\s+by))"
)
_ADVISED = re.compile(
    rf"(?:{_GERUNDS}|dose (?:reduction|increase|adjustment|change)|{MEDICINE}|"
    rf"{AMOUNT})[^,;]{{0,60}}?"
    r"(?:\bis|\bare|'s|\bseems?|\bwould be|\bwill be|"
    r"\bshould be)(?: \w+ly)? (?:not )?(?:recommended|advised|advisable|"
    r"suggested|needed|required|necessary|preferred|the (?:best|safest|right|preferred|"
    r"drug of)|best|"
    r"appropriate|prudent|wise|warranted|mandatory|what (?:you|he|she|i|we)|"
    r"your best)(?! (?:by|in) (?:the|a) (?:label|guideline))"
)
_NEEDS = re.compile(
    rf"\b(?:you|patient|she|he|they|we)(?:'ll|'d| will| would| do| does)? (?:also |now |"
    rf"only )?(?:needs?|requires?|want|get|gets)"
    rf"(?: \w+){{0,3}}? (?:{MEDICINE}|{AMOUNT}|{_GERUNDS}|dose (?:reduction|increase|adjustment))"
)
_IDIOMS = re.compile(
    rf"\bno (?:more|further) (?:\w+ )?(?:{MEDICINE}|dos)|\b(?:put|start|keep|place|switch|get|"
    rf"move|leave|"
    rf"maintain) (?:him|her|them|the patient|this patient|yourself|patient)(?: back)? (?:on|"
    rf"off|to|with)\b"
    rf"|\boff (?:the|your) {MEDICINE} (?:now|today|{TIME})|"
    rf"^(?:{_LEAD})(?:{MEDICINE})\s+(?:off|on)\b"
    rf"|^(?:{_LEAD})(?:off|out) with (?:the )?{MEDICINE}|\b(?:same|usual) {_OBJECT} as before"
    rf"|\bgoes? (?:up|down) to {AMOUNT}|\b(?:go ahead|proceed) with (?:the )?{_OBJECT}"
)
_BARE = re.compile(
    r"^(?:it|this|that|them|these|those|both|one|two|either|all|everything|the (?:other|first|"
    r"second|"
    rf"former|latter|following)|now|immediately|today|tonight|tomorrow|at once|here|again|"
    rf"as before|"
    rf"as (?:above|below|follows)|the same|{TIME}|doing (?:this|that|so)|on|off|up|down|"
    rf"$)(?![a-z])"
)
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
        or any(_passive(found, segment) for found in _PASSIVE.finditer(segment))
        or any(_advised(found) for found in _ADVISED.finditer(segment))
        or bool(_NEEDS.search(segment) or _IDIOMS.search(segment))
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
    return bool(re.match(rf"{_FILLER}{_OBJECT}", rest))


def _measures(rest: str) -> bool:
    """`the levels of …`, `… clearance`: what changes is measured and not taken."""
    early = " ".join(rest.split()[:6])
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


def _passive(found: re.Match[str], segment: str) -> bool:
    subject, part = found["subject"].strip(), found["part"]
    if _STRONG_SUBJECT_NOT.search(subject) or _NO_MEDICINE.match(segment[found.end() :]):
        return False
    if _CHANGES.match(part) and _MEASURED.search(subject) and not re.search(r"\bdos", subject):
        return False
    about = f"{subject} {segment[found.end() :]}"
    return bool(
        re.search(
            rf"{_OBJECT}|\ue004|(?<![a-z])(?:it|they|this|these|both)(?![a-z])|^(?:not|also|then)?$",
            about,
        )
    )


def _advised(found: re.Match[str]) -> bool:
    return not re.search(
        r"monitor|check|test|caution|review|measure|counsel|watch|assess|interact|level|"
        r"supervis|information|data|care\b",
        found.group(),
    )
