"""The words of dose and time that `dose` reads: patterns over folded text, in two languages.

Knows: how amounts, pieces, frequencies, times of the day, durations and routes are written.
Does not know: what they mean together. A word that makes a dose uncertain stands in `UNCLEAR`.
"""

import re

HELD = "\ue000"  # stands where an amount was read
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,7}(?:\.\d{1,6})?)"
_WORDS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_WORDS |= {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_WORDS |= {"once": 1, "twice": 2, "thrice": 3}
_COUNT = r"(?:\d{1,5}(?:\.\d{1,4})?|[一二两三四五六]|one|two|three|four|five|six)"
_START = r"(?<![\d.a-z])(?<!\d,)"
_PIECE = r"(?:片|粒|颗|枚|丸|支|袋|包|锭|(?:tab|tablet|cap|capsule|pill)s?(?![a-z])|#)"
_WEEK = r"(?:周|星期|礼拜)"
MILLIGRAMS = dict.fromkeys(("mg", "mgs", "毫克", "milligram", "milligrams"), 1.0)
MILLIGRAMS |= dict.fromkeys(("g", "gm", "克", "公克", "gram", "grams"), 1000.0)
MILLIGRAMS |= dict.fromkeys(("mcg", "ug", "μg", "微克", "microgram", "micrograms"), 0.001)
_UNIT = "|".join(sorted(MILLIGRAMS, key=len, reverse=True))


def value(text: str | None) -> float:
    """The number that a word or digits say; one when nothing is said."""
    if not text:
        return 1.0
    return float(_WORDS[text]) if text in _WORDS else float(text.replace(",", ""))


def _word(*patterns: str) -> str:
    """Latin words that stand alone; a Chinese character beside them is an edge."""
    return rf"(?<![a-z0-9])(?:{'|'.join(patterns)})(?![a-z0-9])"


# `3mgqd`: the frequency is written onto the unit.
GLUED = re.compile(r"((?<=\d)(?:mcg|mg|ug|μg|g))(?=(?:q\d{1,2}h|q[a-z]{1,3}|bid|tid|po)(?![a-z]))")
AMOUNT = re.compile(
    rf"{_START}({_NUM})\s*({_UNIT})(?:(?=x\s*\d)|(?![a-z]))"
    r"(\s*/\s*(?:\d+(?:\.\d+)?\s*)?(?:片|粒|颗|支|袋|瓶|喷|吸|毫升|升|小时|分钟|公斤|千克|"
    r"(?:kg|m2|ml|l|dl|h|hr|hour|min|tab|tablet|cap|capsule|pill|puff|spray|vial)s?(?![a-z])))?"
)
MULTIPLIED = re.compile(
    rf"{HELD}\s*[x×*]\s*({_COUNT})(?![\d.])(?:\s*{_PIECE})?|"
    rf"(?<![\d.a-z-])({_COUNT})\s*[x×*]\s*(?={HELD})"
)
PIECES = re.compile(rf"(?<![\d./-])(?<![a-wyz])({_COUNT})\s*{_PIECE}")
# What the product is, beside what is taken of it: `(20mg)`, `规格:20mg`, `20mg*7片`.
_PACK = rf"{HELD}\s*[x×*]\s*(?:[5-9]|[1-9]\d{{1,2}})\s*{_PIECE}(?:\s*/\s*[盒瓶板])?"
PRODUCT = re.compile(
    rf"[(\[]\s*(?:{_PACK}|{HELD})\s*[)\]]|规格\s*:?\s*(?:{_PACK}|{HELD}(?!\s*[x×*]))|{_PACK}"
)
TAKEN = re.compile(  # `take one at bedtime`: pieces, unless another number may follow
    rf"(?<![a-z])take ({_COUNT})(?=\s*(?:$|[,.;)]|(?:by|with|po|orally|before|after|prn)(?![a-z])))"
)
OTHER_COUNT = re.compile(
    rf"{_START}(?![1一]\s*次)(?:{_NUM}|[一二两三四五六])\s*(?:ml|毫升|盒|瓶|板|贴|滴|喷|吸|揿|万?(?:iu|u|单位)|%|"
    r"次|倍|岁|kg|(?:unit|drop|puff|bottle|spray|dose)s?|patch(?:es)?|box(?:es)?|mmol|meq)(?![a-z])"
)
DURATION = re.compile(
    rf"(?:[x×*]|(?<![a-z])for|连服|连用|连续|共|疗程)?\s*{_START}{_COUNT}\s*个?"
    r"(?:(?:d|day|w|wk|week|month)s?(?![a-z])|天|日|周|星期|月|疗程)"
    rf"|[x×*]\s*{_COUNT}\s*(?:(?:d|day|w|wk|week)s?(?![a-z])|天|日|周)"
)
_RANGE = rf"(?<![a-z0-9.-]){_NUM}\s*(?:{_UNIT})?\s*(?:-|~|至|到|to(?![a-z]))\s*{_NUM}"
_FRACTION = rf"(?<![a-z0-9.]){_NUM}\s*[/⁄]\s*{_NUM}"
UNCLEAR = re.compile(
    rf"(?:(?:q|every|每)\s*)?(?:{_RANGE}|{_FRACTION})(?:\s*(?:{_UNIT}|h|hours?)(?![a-z])|\s*小时)?|"
    rf"半[片粒颗锭包袋支]|[片粒颗锭]半|每{_WEEK}\s*{_COUNT}\s*[天日]|"
    rf"(?:每|逢)?{_WEEK}[一二三四五六日末1-7](?!\s*次)(?:[、,]?[一二三四五六日](?!\s*次))*|"
    rf"每?隔\s*{_COUNT}|每月|每个月|第\s*[一二三四五六\d]+\s*[天日周次]|单日|双日|"
    r"加量|减量|加至|加到|增至|增到|增加|减至|减到|减为|减少|逐渐|逐步|递增|递减|滴定|最大|最多|"
    r"双倍|翻倍|[贰俩双]\s*[片粒颗锭]|加\s*[一1]\s*[片粒颗锭]|[每两二三四]\s*日?\s*[两二三四]回|"
    r"首剂|首次|首日|首周|负荷|以后|之后|随后|然后|交替|加倍|倍量|另加|调整|或者?|"
    r"分[一二两三四\d]*次|"
    + _word(
        "i{2,3}",  # `ii tabs`
        r"increas\w*",
        r"decreas\w*",
        r"reduc\w*",
        r"titrat\w*",
        r"taper\w*",
        r"alternat(?:e|ing)(?! days?)",
        "up to",
        "max(?:imum)?",
        "then",
        "followed by",
        "loading",
        "initial(?:ly)?",
        "divided",
        "half",
        "halves",
        "quarter",
        "couple",
        "few",
        "several",
        "both",
        "double",
        "extra",
        "additional",
        "or",
        "monthly",
        "bi-?weekly",
        "qm",
        "with meals",
        "(?:week|other )?days? (?:a|per) week",
        "weekdays?",
        "weekends?",
        "mon(?:days?)?",
        "tue(?:s|sdays?)?",
        "wed(?:nesdays?)?",
        "thu(?:rs|rsdays?)?",
        "fri(?:days?)?",
        "sat(?:urdays?)?",
        "sun(?:days?)?",
    )
)
EVERY_HOURS = re.compile(
    rf"(?<![a-z0-9])q\s?(\d{{1,3}})\s?h(?:rs?|ours?|ourly)?(?![a-z])|"
    rf"每\s*({_COUNT})\s*个?小时(?:\s*[一1]次)?|(?<![\d.])(\d{{1,3}})\s*小时\s*[一1]次|"
    rf"(?<![a-z0-9])every ({_COUNT}) ?(?:hours?|hrs?|h)(?![a-z])"
)
PER_DAYS = re.compile(
    rf"(?:每|(?<!\d))({_COUNT})?[日天]\s*(?:服用?|口服|使用|用|吃)?\s*({_COUNT})\s*次"
)
PER_WEEKS = re.compile(rf"(?:每|(?<!\d))({_COUNT})?{_WEEK}\s*(?:服用?|用|吃)?\s*({_COUNT})\s*次")
_HOW_OFTEN = rf"(once|twice|thrice|{_COUNT}(?=\s*[x×]|\s*times?))\s*(?:[x×]|times?)?[\s-]*"
TIMES_A_DAY = re.compile(
    rf"(?<![\d./])({_COUNT})\s*次?\s*/\s*(?:日|天|d(?![a-z]))|"
    rf"(?<![a-z0-9.]){_HOW_OFTEN}(?:(?:a|per|each|every|in a)\s+|/\s*)?(?:day|daily)(?![a-z])"
)
TIMES_A_WEEK = re.compile(
    rf"(?<![\d./])({_COUNT})\s*次?\s*/\s*周|"
    rf"(?<![a-z0-9.]){_HOW_OFTEN}(?:(?:a|per|each|every|in a)\s+|/\s*)?(?:week|weekly)(?![a-z])"
)
EVERY = re.compile(
    rf"(?:每|(?<![a-z0-9])every\s+|(?<![a-z0-9])q)\s*({_COUNT})\s*(天|日|{_WEEK}|(?:d|w)(?![a-z])|"
    r"days?(?![a-z])|weeks?(?![a-z]))"
)
FIXED: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern), a_day)
    for pattern, a_day in (
        (_word(r"q\.?i\.?d\.?", "qds"), 4),
        (_word(r"t\.?i\.?d\.?", "tds") + r"|早中晚各?|三餐[前后时]?", 3),
        (_word(r"b\.?i\.?d\.?", "bd") + r"|早晚各?", 2),
        (_word(r"q\.?o\.?d\.?", "eod", "every other day", "alternate days?") + r"|隔[日天]", 0.5),
        (_word("tiw"), 3 / 7),
        (_word("biw"), 2 / 7),
        (
            _word(r"q\.?w\.?", "weekly", "every week", "each week")
            + rf"|每{_WEEK}(?!\s*[\d一二两三])",
            1 / 7,
        ),
        (_word(r"q\.?d\.?", r"o\.?d\.?"), 1),
    )
)
_MEAL = "[前后时]?"
SLOTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), slot)
    for pattern, slot in (
        (
            r"每?天?晚上?(?:临睡|睡)前?|临睡前?|睡前|睡时|每?[天日]?(?:夜间|晚上|晚间|夜里)|每晚",
            "night",
        ),
        (_word(r"q\.?n\.?", "qhs", "hs", "nocte", "nightly", "(?:at|every|each) night"), "night"),
        (_word("(?:at|before) bed(?:time)?", "in the night", "at (?:night|bedtime)"), "night"),
        (_word("(?<=and )nights?"), "night"),
        (_word("qpm", "q pm", "(?:every|each|in the) evening", "evenings?"), "evening"),
        (rf"晚[餐饭]{_MEAL}|" + _word("(?:with|before|after) (?:dinner|supper)"), "dinner"),
        (r"下午|午后|" + _word("(?:every|each|in the) afternoon"), "afternoon"),
        (rf"[中午][餐饭]{_MEAL}|中午|" + _word("(?:with|before|after|at) (?:lunch|noon)"), "noon"),
        (
            rf"每?[天日]?(?:早上|早晨|清晨|晨起|晨服|早[餐饭]{_MEAL}|每早|每晨)|每[早晨]|"
            + _word("qam", "q am", "mane", "(?:every|each|in the) morning", "mornings?")
            + "|"
            + _word("(?:with|before|after) breakfast"),
            "morning",
        ),
        (r"早(?=[\s各]*(?:\d|半|[一二两三]|$|晚|\ue000))|晨(?=\s*\d)", "morning"),
        (r"晚(?=[\s各]*(?:\d|半|[一二两三]|$|\ue000))", "night"),
    )
)
DAILY = re.compile(
    r"每[日天]|[一1][日天](?=\s*[\d一二两])|/\s*(?:日|天)|"
    r"/\s*(?:d|day)(?![a-z])|" + _word("daily", "(?:a|per|each|every) day")
)
DENIED = re.compile(
    r"(?:[不未非勿无没禁]|(?<![a-z])(?:no|not|non|never|without|avoid))"
    r"(?:要|能|可|可以|用于|供|作|是|宜|用|得|for|by)*[\s-]*$"
)
ROUTES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), route)
    for pattern, route in (
        (
            _word(r"i\.?v\.?", "ivgtt", "intravenous(?:ly)?") + r"|静脉|静滴|静推|静注",
            "intravenous",
        ),
        (_word("topical(?:ly)?") + r"|外用|外敷|涂抹", "topical"),
        (_word(r"p\.?o\.?", "oral(?:ly)?", "by mouth") + r"|口服(?!溶?液|混悬|避孕)", "oral"),
    )
)
WORDS = re.compile(
    "|".join(pattern.pattern for pattern, _ in ROUTES)
    + "|滴注|泵入|雾化(?!液)|吸入(?!剂|粉|溶)|含服|嚼服|顿服|冲服|肌注|肌肉|皮下|注射(?!液|剂|用)|"
    + r"[饭餐][前后时中]|随餐|空腹|每次|[1一]\s*次|单次|必要时|按需|需要时|立即|各|次|"
    + _word(
        r"(?:p\.?r\.?n\.?|as needed)"
        r"(?: (?:for )?(?:pain|fever|sleep|cough|nausea|anxiety|itching))?",
        "stat",
        "im",
        "sc",
        "sq",
        "gtt",
        "ac",
        "pc",
        "once",
        "apply",
        "take",
        "with food",
        "(?:before|after) (?:food|meals?)",
        "on an empty stomach",
        "each",
        "every",
        "at a time",
        "mg",
        "mcg",
        "ug",
        "ml",
        "tabs?",
    )
)
