"""Amounts and times of a dose in a plain sentence: `5 mg`, `two tablets`, `两片`, `tid`.

Knows: digits and number words, units, pieces, frequencies of both languages. Does not know: whether
a dose is right. Wider than `core.terms.dose`, which must not read a dose wrongly: here a dose that
is missed would be shown. Amounts per volume are results of a laboratory and no dose.
"""

import re
from collections.abc import Iterator

from core.safety.orders.numbers import CHINESE, DIGITS, ENGLISH, ENGLISH_WORD, NUMBER, value

AMOUNT, TIME = "\ue002", "\ue003"
_MASS = (
    "milligrams?|micrograms?|nanograms?|grams?|millilit(?:re|er)s?|international units?|"
    "units?|mgs?|"
    "mcgs?|ug|μg|ng|gm|g|mls?|cc|iu|u|meq|mmol|puffs?|drops?|sprays?|tablets?|tabs?|capsules?|"
    "caps?|"
    "pills?|sachets?|patch(?:es)?|ampoules?|vials?|lozenges?|suppositor(?:y|ies)|"
    "teaspoon(?:ful)?s?|"
    "tablespoon(?:ful)?s?|inhalations?|doses"
)
_MASS_HAN = (
    "毫克|微克|公克|公丝|克|毫升|国际单位|个?单位|毫摩尔|片|粒|颗|枚|丸|支|袋|包|贴|滴|喷|吸|揿|"
    "毫当量|勺|匙|锭|安瓿|瓶"
)
_NOT_A_DOSE = r"(?!\s*/\s*(?:d?l|ml|min|升|分钟|mmol|g(?![a-z])|m2|盒))(?!\s*/\s*\d+\s*(?:ml|盒))"
AMOUNTS = re.compile(
    rf"(?P<n>{NUMBER})\s*(?:-\s*)?(?:(?P<unit>(?:{_MASS})(?![a-z])|{_MASS_HAN})"
    rf"(?P<glued>)|(?P<mg>mg|mcg|ug|g)(?=q\d|q[a-z]{{1,3}}(?![a-z])|bid|tid|po(?![a-z])))"
    rf"{_NOT_A_DOSE}(?:\s*/\s*(?:kg|公斤|千克|次|dose|h|hr|小时))?(?:\s+and a half|半)?"
)
_N = rf"(?:{DIGITS}|{ENGLISH_WORD}|{CHINESE}|once|twice|thrice)"
_DAY = r"(?:day|daily|night|nightly|morning|evening|week|weekly|month|monthly|hours?|hrs?)"
_LATIN = (
    r"q\.?\s?\d{1,2}(?:\s?-\s?\d{1,2})?\.?\s?h(?:rs?|ours?|rly|ourly)?|q\.?d\.?s?|q\.?i\.?d|"
    r"t\.?i\.?d\.?s?|tds|"
    r"b\.?i\.?d|bd|o\.?d\.?|o\.?m\.?|o\.?n\.?(?=\s*[,.;]|$)|q\.?o\.?d|eod|q\.?\s?h\.?s|h\.?s|"
    r"q\.?n\.?|"
    r"q\.?a\.?m|q\.?p\.?m|q\.?\s?week|q\.?w\.?|biw|tiw|p\.?\s?r\.?\s?n|stat|nocte|mane"
)
TIMES = re.compile(
    rf"(?<![a-z0-9])(?:{_LATIN})(?![a-z])\.?"
    rf"|(?<![a-z0-9.])(?:once|twice|thrice|(?:{_N})(?:\s*(?:x|×|times?))?(?=[\s,-]*(?:(?:a|"
    rf"per|each|every|in a)\s|/|daily|nightly|weekly))|(?:{_N})\s*(?:x|×|"
    rf"times?))[\s,-]*(?:(?:a|per|each|every|in a)\s+|/\s*)?{_DAY}(?![a-z])"
    rf"(?!\s*(?:period|course|trial|study|ago|later|before|earlier|old|history|half))"
    rf"|(?<![a-z])(?:every|each|per|ev)\s+(?:other\s+|second\s+|{_N}\s+)?"
    r"(?:day|night|morning|evening|week|month|hours?|hrs?|h|days|weeks|bedtime|meals?|"
    r"afternoon)(?![a-z])"
    r"|/\s*(?:day|d|week)(?![a-z])"
    r"|(?<![a-z])(?:daily|nightly|weekly|hourly|once|at (?:bedtime|night|noon)|before bed|"
    r"with (?:meals?|food|breakfast|dinner|lunch|supper)|(?:before|after) (?:meals|breakfast|"
    r"dinner|"
    r"lunch|food)|morning and (?:evening|night)|as needed|when needed|in the (?:morning|evening)|"
    r"mornings?(?=\s*[,.]|$)|a day)(?![a-z])"
    rf"|(?:每|一|1){CHINESE}?[日天晚早晨夜]\s*(?:服用?|口服|吃|用)?\s*(?:各|共)?\s*(?:{_N}\s*[次回])?"
    rf"|(?<![\d年月]){_N}\s*[次回]?\s*/\s*[日天d周]|每\s*(?:{_N})?\s*个?(?:小时|周|星期|礼拜|"
    rf"月)(?:\s*{_N}\s*[次回])?"
    rf"|(?:{_N})\s*个?小时\s*{_N}?\s*次|每(?:{_N})[日天]\s*(?:{_N}\s*次)?|[日天]\s*(?:服|用)?\s*{_N}\s*次"
    r"|隔[日天晚]|临?睡前|睡时|早晚|早中晚|三餐|[饭餐][前后]|随餐|空腹|顿服|必要时|每次|晨起|清晨|每晚|每早"
)


def doses_masked(plain: str) -> str:
    """The sentence with one sign in place of each amount and each time."""
    text = TIMES.sub(_kept(TIME), AMOUNTS.sub(_kept(AMOUNT), plain))
    return " ".join(re.sub(rf"({TIME})(?:\s*{TIME})+", r"\1", text).split())


def _kept(sign: str) -> str:
    return f" {sign} "


def amounts(plain: str) -> Iterator[tuple[float, str]]:
    """Each amount as number and unit, in one spelling for both languages; ranges give both ends."""
    for found in AMOUNTS.finditer(plain):
        unit = _UNITS.get(_singular(found["unit"] or found["mg"]), found["unit"] or found["mg"])
        for number in re.findall(rf"{DIGITS}|{ENGLISH}|{CHINESE}", found["n"]):
            yield value(number), unit


def _singular(unit: str) -> str:
    return unit.removesuffix("s") if len(unit) > 2 else unit


_UNITS = {
    "milligram": "mg", "毫克": "mg", "gram": "g", "克": "g", "公克": "g", "gm": "g", "mcg": "ug",
    "microgram": "ug", "微克": "ug", "μg": "ug", "毫升": "ml", "millilitre": "ml",
    "milliliter": "ml", "cc": "ml", "unit": "u", "单位": "u", "个单位": "u",
    "国际单位": "u", "iu": "u",
    "tab": "tablet", "片": "tablet", "锭": "tablet", "pill": "tablet", "粒": "capsule",
    "cap": "capsule", "颗": "capsule",
}  # fmt: skip
