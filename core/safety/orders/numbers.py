"""Numbers in digits and in the words of both languages: `1,000`, `twenty-five`, `一百五十`, `半`.

Knows: how they are written and what they say. Does not know: what is counted.
"""

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH: dict[str, float] = {word: n for n, word in enumerate(_ONES.split())}
_ENGLISH |= {word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)}
_ENGLISH |= {"half": 0.5, "a": 1, "an": 1, "quarter": 0.25, "once": 1, "twice": 2, "thrice": 3}
_DIGITS: dict[str, float] = {sign: n for n, sign in enumerate("零一二三四五六七八九")}
_DIGITS |= {sign: float(n) for n, sign in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
_DIGITS |= {"两": 2, "俩": 2, "〇": 0, "半": 0.5}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "万": 10000}
_LONGEST_FIRST = sorted(f"{_ONES} {_TENS}".split(), key=len, reverse=True)
ENGLISH_WORD = rf"(?:{'|'.join(_LONGEST_FIRST)}|hundred|thousand)"
_COUNTED = r"tab|cap|pill|puff|drop|patch|sachet|spoon|teasp|dose"
ENGLISH = (
    rf"(?<![a-z])(?:(?:a|an|one)\s+(?:half|quarter|hundred|thousand)|{ENGLISH_WORD}"
    rf"(?:(?:[\s-]|\s?and\s)+{ENGLISH_WORD}|\s+point(?:\s+{ENGLISH_WORD})+)*|"
    rf"(?:one\s+)?half(?: an?| of an?)?|an?(?=\s+(?:{_COUNTED})))"
)
_HAN = "[零〇一二三四五六七八九十百千万两俩半壹贰叁肆伍陆柒捌玖拾佰]"
CHINESE = rf"{_HAN}{{1,12}}(?:点{_HAN}{{1,6}})?"
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_ONE = (
    rf"(?:(?:(?<![\d.a-z])|(?<=x)|(?<=\ue001))(?:{DIGITS})(?:\s*[/⁄]\s*\d+)?|{ENGLISH}|{CHINESE})"
)
NUMBER = rf"{_ONE}(?:\s*(?:-|~|to|or|至|到|或)\s*(?:{DIGITS}|{ENGLISH_WORD}|{CHINESE}))?"


def value(words: str) -> float:
    """The number that digits or words of either language say."""
    text = words.replace(",", "").strip()
    if re.fullmatch(r"\d*\.?\d+", text):
        return float(text)
    return _english(text) if text[0].isascii() else _chinese(text)


def _english(text: str) -> float:
    whole, _, decimals = text.partition(" point ")
    total = 0.0
    for word in re.split(r"[\s-]+", whole):
        if word in ("hundred", "thousand"):
            total = max(total, 1) * (100 if word == "hundred" else 1000)
        elif word in _ENGLISH and not (word in ("a", "an") and total):
            total += _ENGLISH[word] if word != "half" or not total else -0.5 if total == 1 else 0.5
    behind = "".join(str(int(_ENGLISH.get(word, 0))) for word in decimals.split())
    return total + float(f"0.{behind}") if behind else total


def _chinese(text: str) -> float:
    whole, _, decimals = text.partition("点")
    total, digit = 0.0, 0.0
    for sign in whole:
        if sign in _PLACES:
            total, digit = total + (digit or 1) * _PLACES[sign], 0
        else:
            digit = _DIGITS.get(sign, 0)
    behind = "".join(str(int(_DIGITS.get(sign, 0))) for sign in decimals)
    return total + digit + (float(f"0.{behind}") if behind else 0)
