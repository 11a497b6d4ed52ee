"""Lines of a pasted text that speak of a person, a diagnosis or a heading, not of a medicine.

Knows: how such lines begin, diagnoses by their last word, and headings above a medicine list.
Does not know: drugs; the caller says whether a name stands in the line. A line with an amount, a
time or a word for taking is not set aside, since an unknown drug may stand in it.
"""

import re

from core.terms.dose import says_amount, says_regimen
from core.terms.folding import fold
from core.terms.negation import speaks_of_allergy

_BEGINNING = re.compile(
    r"(?:患者|病人|姓名|性别|年龄|(?:男|女)(?=[性\s\d,(]|$)|(?:入院|出院|初步|临床|主要)?诊断|出院|入院"
    r"|住院号|床号|科室|日期|主诉|现病史|既往史|体重|身高|血压|心率|肌酐|门诊号|病历号"
    r"|(?:dob|name|age|sex|gender|mrn|diagnos[ie]s|dx|discharge|admission|admitted|patient|weight"
    r"|height|ward|date|egfr|crcl|mr|mrs)(?![a-z])"
    r"|(?:male|female)(?![a-z]))"
)
_MS = re.compile(r"(?:Ms|Miss)\.?\s+[A-Z]")  # MS in capitals is morphine sulfate
_DIAGNOSIS = re.compile(
    r"[^\s]{0,12}(?:糖尿病|高血压(?:病)?|冠心病|肾病|肝病|肺病|心脏病|房颤|颤动|衰竭|心衰|综合征|血症"
    r"|梗死|梗塞)(?:[\s(]*[\dⅰ-ⅳi-v一二三四]{1,3}\s*[级期型]?\)?)?"
    r"|(?:type [12] )?diabetes(?: mellitus)?|hypertension|atrial fibrillation|heart failure"
)
_TAKES = re.compile(r"服|用药|使用|应用|给予|予|吃|(?<![a-z])(?:takes?|taking|took|given)(?![a-z])")
_HEADING = re.compile(
    r"\s*(?:(?:出院|入院|住院|目前|现|长期|院外|家庭|在家)*(?:带药|帶藥|用药|用藥|服药|医嘱)(?:清单|情况|史)?"
    r"|(?:(?:discharge|admission|home|current)\s+)?(?:medications?|medicines|meds|drugs)(?: list)?"
    r"(?: (?:on|at) (?:discharge|admission))?)\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)


def without_heading(line: str) -> str:
    """The line without the heading of a medicine list, if more than the heading stands in it."""
    found = _HEADING.match(line)
    return line[found.end() :] if found else line


def may_be_no_medicine(text: str) -> bool:
    """Does it begin as a heading or a line about a person does, with no word of taking?"""
    folded = fold(text)
    if not (_BEGINNING.match(folded) or _MS.match(text.strip()) or _DIAGNOSIS.fullmatch(folded)):
        return False
    heading = folded.rstrip(" :").endswith(("带药", "用药", "medications", "meds", "medicines"))
    taken = says_amount(folded) or says_regimen(folded) or _TAKES.search(folded)
    return not speaks_of_allergy(folded) and (heading or not taken)
