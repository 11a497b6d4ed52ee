"""Amounts that no dose is: `paracetamol 20 g at once`, `ate 60 paracetamol`, 300 units of insulin.

Knows: the medicines that people name in an overdose, grams and units in digits, a child that
swallowed a medicine of a grown-up. Does not know: what is toxic. The limits are the project's own.
"""

import re
from collections.abc import Iterator

from core.safety.reading import Reading
from core.terms.negation import Assertion

MANY_GRAMS = 10
MANY_UNITS = 100
MANY_NAMED = 10
_EN = (
    r"(?:paracetamol|acetaminophen|tylenol|panadol|ibuprofen|aspirin|codeine|tramadol|morphine"
    r"|oxycodone|amitriptyline|diazepam|alprazolam|lorazepam|clonazepam|zopiclone|zolpidem"
    r"|quetiapine|olanzapine|sertraline|fluoxetine|citalopram|lithium|propranolol|amlodipine"
    r"|verapamil|diltiazem|digoxin|metformin|gliclazide|glipizide|warfarin|methotrexate"
    r"|colchicine|chloroquine|theophylline|valproate|carbamazepine)"
)
_ZH = (
    "(?:对乙酰氨基酚|扑热息痛|泰诺林?|必理痛|普拿疼|普拿痛|布洛芬|芬必得|阿司匹林|阿米替林|地西泮|安定|阿普唑仑"
    "|劳拉西泮|氯硝西泮|佐匹克隆|唑吡坦|艾司唑仑|喹硫平|奥氮平|舍曲林|氟西汀|西酞普兰|碳酸锂|普萘洛尔"
    "|氨氯地平|硝苯地平|维拉帕米|地尔硫卓|地高辛|二甲双胍|格列\\w{1,2}|华法林|甲氨蝶呤|秋水仙碱"
    "|氯喹|氨茶碱|茶碱|丙戊酸钠?|卡马西平|曲马多|安眠药)"
)
_ONCE = r"(?:顿服|一次|一口气|一下子|\bat once|\bin one go|\bin one dose|\bat one time)"
_GRAMS = r"(\d{1,3}(?:\.\d+)?)\s*(?:g(?![a-z])|克|grams?\b)"
_TOOK = r"\b(?:took|taken|swallowed|ate|popped|downed|ingested)"
_GRAMS_SAID = (
    re.compile(rf"(?:{_ZH}|{_EN})\s*(?:片|胶囊|tablets?)?\s*{_GRAMS}[^。!?;,\n]{{0,6}}?{_ONCE}"),
    re.compile(rf"(?:{_TOOK}|[吃服吞](?:了|下|咗))\s*{_GRAMS}\s*(?:of )?(?:的)?(?:{_ZH}|{_EN})"),
    re.compile(rf"(?:{_ZH}|{_EN})\s*{_GRAMS}\s*(?:\w+ )?(?:全|都)?[吃服吞](?:了|下|完)"),
)
_NAMED = re.compile(rf"{_TOOK}\s+(?:\w+\s+)?(\d{{1,3}})\s+(?:of\s+)?(?:\w+\s+)?{_EN}")
_UNITS = (
    re.compile(
        r"胰岛素[^。!?;,\n]{0,4}(?:打|注射|推)(?:了|咗|多了)\s*(\d{2,4})\s*(?:单位|i?u(?![a-z]))"
    ),
    re.compile(
        r"\b(?:took|injected|gave|given)\s+(?:\w+\s+)?(\d{2,4})\s*(?:units?|iu|u)\b.{0,12}?insulin"
    ),
)
_CHILD = (
    re.compile(
        r"\b(?:toddler|child|baby|infant|kid|son|daughter|year old)\b(?:\s\w+){0,2}?"
        rf"\s(?:swallowed|ate|got into|chewed)\s(?:\w+\s){{0,3}}?{_EN}"
    ),
    re.compile(
        rf"(?:孩子|宝宝|小孩|小朋友|幼儿|娃|儿子|女儿)[^。!?;,\n]{{0,4}}(?:吞|偷吃)(?:了|下|咗)[^。!?;,\n]{{0,6}}{_ZH}"
    ),
)


def too_much(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    """Words that say that far more of a medicine was taken than is ever a dose."""
    for pattern in _GRAMS_SAID:
        yield from _over(reading, pattern, MANY_GRAMS)
    yield from _over(reading, _NAMED, MANY_NAMED)
    for pattern in _CHILD:
        yield from _over(reading, pattern, 0)


def too_much_insulin(reading: Reading) -> Iterator[tuple[str, Assertion]]:
    """Words that say that far more insulin was injected than is usual."""
    for pattern in _UNITS:
        yield from _over(reading, pattern, MANY_UNITS)


def _over(
    reading: Reading, pattern: re.Pattern[str], least: float
) -> Iterator[tuple[str, Assertion]]:
    for match in pattern.finditer(reading.text):
        if not match.groups() or float(match.group(1)) >= least:
            yield match.group(), reading.said(*match.span())
