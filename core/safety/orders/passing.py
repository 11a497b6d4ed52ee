"""What a sentence with a dose in it may be besides an order: a history, a finding, published.

Knows: words that say so in both languages, questions, advice to ask, and words that take the excuse
away again (`tonight`, `for you`). Does not know: directions; nothing here excuses one.
"""

import re

from core.safety.orders.measures import AMOUNT, TIME
from core.safety.orders.medicines import MEDICINE

_HISTORY = re.compile(
    r"(?<![a-z])(?:took|taken before|received|was (?:given|started|switched|prescribed|taking|"
    r"on|put|"
    r"receiving|treated|stopped|increased|reduced|discharged)|were (?:given|taking|on|"
    r"receiving|started)|had (?:been|taken|received|"
    r"stopped|started)|has been|have been|been (?:on|taking)|previous(?:ly)?|formerly|until|"
    r"since|ago|"
    r"last (?:week|month|year|night)|yesterday|history|home (?:med\w*|\ue001)|"
    r"current (?:\ue001|med\w*|list|dose|therapy)|"
    r"currently|on admission|admission|at baseline|used to|reports?|reported|"
    r"states that (?:he|she)|"
    r"(?:is|are|he's|she's|you're) (?:now |already |still |currently |also )*(?:taking|on|"
    r"receiving|using|being given)|"
    r"(?:he|she|patient|mother|father|who|and) (?:also |still |already |now )*(?:takes|uses|"
    r"receives|had)|"
    r"(?:stopped|started|increased|reduced|switched) (?:in|on|at|by|to|from|after|\d)|"
    r"you (?:listed|entered|typed|mentioned|wrote|reported|took|said|stated)|(?:list|chart|"
    r"note|record|letter)s? "
    r"(?:gives?|says?|shows?|has|have|contains?|includes?|names?)|(?:in|as) the list|"
    r"user (?:asks?|says?|lists?|gave|mentions?)|"
    r"for (?:the )?(?:past|last)|in (?:19|20)\d\d|(?:was|were|had|while|when|"
    r"patient) [^,;]{0,40}?on (?=\ue001)|before (?:the )?(?:admission|fracture|fall|surgery|"
    r"operation)|when (?:he|she) was)(?![a-z])"
    r"|既往|曾|以前|此前|先前|之前[^请应要须]{0,4}[服用吃]|入院前|入院带药|院外|发病前|用药史|病史|自述|自诉|诉|回忆|目前(?:正?在)?(?:服|用|"
    r"口服|吃|使用|应用)|"
    r"现(?:正在?|用|服用?|口服)(?!起)|正在|一直|长期[服用口吃][^,]*(?:患者|病史|史)|(?:患者|病人|他|她|老人)长期|"
    r"(?:服|用|吃|予|给|药|加|停|减|换|始|至|到|使用|服用|治疗)(?:了|过)|\d{4}\s*年|去年|前年|昨[天日晚]|"
    r"(?:\d|[一二两三四五六七八九十半数几]|\ue003)+\s*个?[年月周天日](?:余|多)?(?:前|来)|年前|月前|上周|上个?月|以来|在[服用吃]|"
    r"(?:清单|列表|病历|记录|处方单|名单|医嘱单)(?:中|上|里|显示|所|列|为|是)|您(?:列出|输入|提到|填写|目前在|说)|所列|用户(?:问|列|说|提|"
    r"给)|开始(?:服用|口服|使用)(?:至今|以来)|已(?:服|用|停|经|在)|家属(?:诉|称)"
)
_PUBLISHED = re.compile(
    r"(?<![a-z])(?:trials?|stud(?:y|ies)|cohort|meta-analys\w+|rct|randomi[sz]ed|placebo|"
    r"participants|"
    r"volunteers|subjects|arm|label(?:l?ing|s|led|ed)?|smpc|spc|uspi|prescribing information|"
    r"package (?:insert|leaflet)|leaflet|"
    r"monograph|guidelines?|according to|published|approved|licen[sc]ed|fda|ema|nice|bnf|esc|"
    r"literature|"
    r"case reports?|reported|patients (?:received|were|took|given|treated|taking|on|with)|"
    r"healthy|compared (?:with|to)|versus|vs|"
    r"superior|non-?inferior|authors|investigators|formulary|table \d|textbooks?)(?![a-z])"
    r"|研究|试验|受试者|志愿者|说明书|仿单|指南|文献|报[道告]|荟萃|meta|药典|共识|获批|批准|药监|fda|随机|安慰剂|对照|队列|"
    r"较[^,]{1,10}(?:减少|增加|降低|升高|低|高)|优于|非劣|教科书|标签"
)
_GENERAL_DOSE = re.compile(
    r"(?<![a-z])(?:usual|standard|typical|common(?:ly)?|conventional|licen[sc]ed|approved|"
    r"label(?:l)?ed|"
    r"maximum|max|maximal|highest|published|defined)(?: (?:adult|daily|oral|maintenance|"
    r"single|total|starting|recommended|used))*"
    r" (?:dos(?:e|es|age|ing)|strengths?|range|regimens?)(?![a-z])"
    r"|(?:常用|常规|标准|通常|一般|最大|最高|极限|规定)(?:的)?(?:成人|每日|单次|日|起始|维持|口服|治疗)*(?:剂?量|限量|范围)|极量|限定日剂量|"
    r"(?<![a-z])ddd(?![a-z])"
)
_FINDING = re.compile(
    r"(?<![a-z])(?:increas(?:es|ed)|rais(?:es|ed)|lower(?:s|ed)|reduc(?:es|ed)|decreas(?:es|"
    r"ed)|doubl(?:es|ed)|tripl(?:es|ed)|"
    r"inhibit(?:s|ed)?|induc(?:es|ed)|prolong(?:s|ed)?|caus(?:es|ed)|led to|leads to|"
    r"result(?:s|ed) in|auc|cmax|"
    r"steady state|half-life|equals?|equivalent|contains?|contained|available (?:as|in)|"
    r"corresponds?|produc(?:es|ed)|is (?:about|approximately))(?![a-z])"
    r"|抑制|诱导|导致|引起|升高|增高|使[^,]{0,24}(?:增加|升高|降低|下降|延长|减少)|auc|cmax|稳态|半衰期|相当于|等效|每[片粒]含|"
    r"含有?\s*\ue002|规格|剂型|血药浓度|暴露量"
)
_PERSONAL = re.compile(
    r"(?<![a-z])(?:you|your|yours|this patient|our patient|tonight|tomorrow|today|now|"
    r"from (?:monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|here)|starting|immediately|right away|at once|"
    r"for (?:him|her|them)|next dose)(?![a-z])"
    r"|您|你|(?:该|本|此|这[位个名])(?:患者|病人|例)|本例|今[晚天日]|明[天早晚日]|从?现在起?|立[即刻]|马上|即刻|起服|即日|应|须|必须|务必|请"
)
_AHEAD = re.compile(
    r"(?<![a-z])(?:from (?:tonight|tomorrow|today|now|monday)|starting (?:tonight|tomorrow|"
    r"today|now)|tonight|tomorrow|from now on)(?![a-z])"
    r"|今晚|今[天日]起|明[天早晚日]|即日起|从现在起|起服"
)
_SUGGESTING = re.compile(
    r"^(?:so |then |well |and )?(?:why (?:not|don't)|how about|what about|(?:can|could|will|"
    r"would|won't) you|"
    r"shall we|what if|may i suggest)(?![a-z])"
    r"|好[吗么不]|可以[吗么]|行[吗么不]|怎么?样|如何\W*$|要不|不如|何不|能不能"
)
_ASKING = re.compile(
    r"^(?:so |and |but |or |also |first |then )*(?:are|is|was|were|am|do|does|did|have|has|"
    r"had|what|which|when|where|who|whose|"
    r"how|should|shall|can|could|may|might|will|would|any|if|for how|at what|since|in|on|by|"
    r"why|you (?:are|take|took))(?![a-z])"
    r"|吗|么|是否|有没有|有无|是不是|什么|哪|多少|几[次片时种天]|何时|怎么|为何|为什么|还是|能否|可否|谁"
)
_PROFESSION = (
    r"(?:doctors?|pharmacists?|prescribers?|physicians?|clinicians?|nurses?|gp|team|"
    r"cardiologists?|provider|"
    r"professional|specialists?|clinic|consultant|surgeon|医[师生]|药师|医院|专科|大夫|主管|处方者|医疗团队|临床)"
)
_ASK = (
    r"(?:(?:ask|consult|talk|speak|check|discuss|contact|call|see)(?:ing|s|ed)?|"
    r"without the (?:advice|agreement|approval) of|decided? (?:by|with)|up to)"
)
_ASK_HAN = r"(?:咨询|询问|请教|联系|商量|商议|告知|请示|问|讨论|沟通|确认|核实|评估|决定|判断)"
_ADVICE_TO_ASK = (
    # Do not stop any medicine without asking your doctor.
    re.compile(
        rf"(?<![^\s,;.。!?])(?:please )?(?:do not|don't|never) [^;,]{{0,60}}?(?:without|before|"
        rf"unless you have|until you have)(?: first)? "
        rf"(?:{_ASK}|advice|spoken|talked|asked|consulted)[^;,]*"
    ),
    # Ask your pharmacist before you take it / whether to stop it.
    re.compile(
        rf"(?<![a-z]){_ASK}(?: to| with| by| the| your| a|"
        rf" an)*(?: \w+)?(?: \w+)? {_PROFESSION}[^;,]{{0,40}}?"
        r" (?:before|whether|if|about|when|how|which|what|"
        r"prior to)(?! any\w* \w+ occurs?)[^;,]*?(?= and (?:then |also )?(?:take|stop|start|"
        r"hold|give|use)|[;,]|$)"
    ),
    re.compile(rf"(?<![^\s,;.。!?])before [^;,]*,(?= *(?:please )?(?:you should )?(?:{_ASK}))"),
    re.compile(
        r"(?<![a-z])(?:ask\w*|decid\w*|know\w*|discuss\w*|determin\w*|assess\w*|consider\w*|"
        r"wonder\w*|review\w*|question\w*|"
        r"clarif\w*|confirm\w*|check\w*|unclear|uncertain|depends? on|"
        r"say)(?: \w+){0,5}? (?:whether|if|how|when)(?: \w+)*?(?= and (?:take|stop|start)|"
        r"[;,.]|$)"
    ),
    re.compile(r"是否[^,;]*"),
    re.compile(
        rf"(?<![^\s,;.。!?])(?:请|如需|如果?|若|若需|在)?(?:需要?|想|要|任何|自行|打算|决定)*[^,;]{{0,12}}?(?:停|服|换|"
        rf"用|改|增|减|调|开始)[^,;]{{0,10}}?前?,?(?=(?:请|应|须|务必|一定要|需|先|必须|要|应该)+(?:先|与|向|由|和|"
        rf"跟)*[^,;]{{0,8}}{_ASK_HAN})"
    ),
    re.compile(
        rf"(?:未|没有?|不)(?:经|先|"
        rf"事先)*[^,;]{{0,6}}?{_ASK_HAN}?[^,;]{{0,6}}{_PROFESSION}?[^,;]{{0,4}}(?:前|同意|的情况下|"
        rf"之前)?,?(?:请)?(?:不要|勿|切勿|请勿|不得|不可|别|不能|不应)(?:自行|擅自|随意|私自)?[^,;]*"
    ),
    re.compile(
        rf"(?:请?不要|切勿|请勿|勿|不得|不可|别|不应|不能|不宜)(?:自行|擅自|随意|私自|突然)+[^,;]*,?(?=[^;]*(?:{_ASK_HAN}|"
        rf"遵[从循]?医嘱))"
    ),
    re.compile(
        rf"(?:由|请|与|向|咨询|询问){_PROFESSION}?[^,;]{{0,4}}{_PROFESSION}[^,;]{{0,8}}{_ASK_HAN}[^,;]*|(?:请|应|先|须|需)*(?:咨询|询问|请教|联系){_PROFESSION}?[^,;]*"
    ),
)
_SOURCE = re.compile(
    r"(?:(?:guidelines?|label(?:ling|ing)?|smpc|spc|uspi|nice|bnf|esc|fda|ema|monograph|"
    r"leaflet|prescribing information|manufacturer|consensus|who)"
    r"(?: \w+){0,3}? (?:recommends?|recommended|advises?|advised|suggests?|suggested|gives?|"
    r"lists?)"
    r"|(?:指南|共识|说明书|仿单|药典|文献|fda|nice|ema|标签|药监局)[^,;]{0,10}?(?:推荐|建议))"
)
_SOURCE_NOT = re.compile(
    r"start|stop|discontinu|hold|withh|switch|continu|avoid|taper|omit|reduc|increas|you|"
    r"should|must|take|停|改|换|开始|继续|加用|避免|减|应|须"
)


def question(text: str) -> bool:
    """A question back to the reader; `why not take …?` suggests and is none."""
    asks = text.rstrip(" \"')").endswith("?") and bool(_ASKING.search(text))
    return asks and not _SUGGESTING.search(text)


def without_advice_to_ask(text: str) -> str:
    """The sentence without what it tells to ask, or leaves to a professional."""
    for pattern in _ADVICE_TO_ASK:
        text = pattern.sub(" ", text)
    return text.strip()


def without_published_advice(text: str) -> str:
    """`The label recommends 150 mg twice daily` states a dose; with an act it is an order."""
    found = _SOURCE.search(text)
    if (
        not found
        or _PERSONAL.search(text[: found.start()])
        or _SOURCE_NOT.search(text[found.end() :])
    ):
        return text
    return "" if not _PERSONAL.search(text[found.end() :]) else text


def excused(text: str, heading: str) -> bool:
    """Whether a stated dose is a history, a finding, or published and meant for no one person."""
    if _AHEAD.search(text):
        return False
    if _HISTORY.search(text) or _HISTORY.search(heading):
        return True
    published = (_PUBLISHED, _GENERAL_DOSE, _FINDING)
    said = any(pattern.search(part) for pattern in published for part in (text, heading))
    return said and not _PERSONAL.search(text)


_TAKEN_WORDS = re.compile(
    r"(?<![a-z])(?:for|the|a|an|of|with|by|mouth|oral(?:ly)?|po|p\.o|iv|i\.v|im|sc|sq|sl|"
    r"subcut\w*|intravenous(?:ly)?|and|or|then|days?|"
    r"weeks?|months?|tablets?|capsules?|x|each|per|total|course|at|in|on|to|before|after|food|"
    r"bed|meals?|mr|xr|sr|er|cr|max|"
    r"dose|dosage|dos(?:e|ing)|frequency|route|rx|sig|disp|refills?|times|day|night|morning|"
    r"from|now|until|further|review|only|as|"
    r"directed|under|tongue|daily|plus|via|neb\w*|first|loading|maintenance|initial(?:ly)?|"
    r"followed|about|approximately|if|needed|"
    r"pain|fever|nausea|required|nightly|single|once|again|prn|over|minutes|min|hours?|hrs?|h|"
    r"is|are|be|strength|amount|schedule|"
    r"duration|answer|option|drug|name|start|today|tonight|tomorrow|this|evening|ok|yes|no|"
    r"strictly|exactly|slow(?:ly)?|push|bolus|stat)(?![a-z])"
    r"|口服|静滴|静推|静脉|静注|滴注|注射|皮下|肌注|含服|嚼服|顿服|外用|吸入|连服|连用|疗程|共|各|次|每|日|天|周|个?月|片|一|首剂|负荷|维持|然后|"
    r"随后|再|后|"
    r"起|立即|必要时|按需|饭|餐|睡|前|晚|早|中|分|剂量|用法|用量|频次|频率|途径|给药|服|用|吃|克|约|剂|为|是|的|或|和|及|至|到|即刻|温水|送下|"
    r"缓释|控释|肠溶|"
    r"每[次日天晚]|内|以后|左右|单次|小时|分钟|个"
)
_DOSE_STATED = re.compile(
    rf"(?:(?<![a-z])(?:dos(?:e|age|ing)|amount|quantity|frequency|schedule|"
    rf"interval)(?: \w+){{0,5}}?|剂量|用量|频[次率]|用法)[^{AMOUNT}{TIME},]{{0,24}}?"
    rf"\s*(?:is|are|:|=|will be|would be|be|becomes?|to|of|为|是|改|定|"
    rf"用)\s*[^{AMOUNT}{TIME},]{{0,16}}?[{AMOUNT}{TIME}]"
)


def states_dose(text: str) -> bool:
    """An amount with a time of taking or a near date, or `the dose is 5 mg`."""
    timed = TIME in text or bool(_AHEAD.search(text))
    return (AMOUNT in text and timed) or bool(_DOSE_STATED.search(text))


def fragment(text: str) -> bool:
    """A dose without a sentence around it: `Warfarin 5 mg`, `每晚一片`, `bid`."""
    if not (AMOUNT in text or TIME in text):
        return False
    rest = re.sub(rf"[{MEDICINE}{AMOUNT}{TIME}~]", " ", text)
    words = _TAKEN_WORDS.sub(" ", rest)
    left = [word for word in re.split(r"[\W\d_]+", words) if word]
    han = sum(1 for word in left for sign in word if "\u3400" <= sign <= "\u9fff")
    latin = sum(1 for word in left if word.isascii())
    unknown_name = 1 if AMOUNT in text else 0  # a name that no table holds
    return (latin <= unknown_name and han == 0) or (latin == 0 and han <= 5 * unknown_name)
