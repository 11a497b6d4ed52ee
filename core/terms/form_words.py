"""Salt and dosage-form words around a drug name, in English and in folded Chinese.

Knows: which words may stand beside a name without changing the drug, and which say cream or drops.
Does not know: names. 复方 (compound) is not here: a compound product holds other drugs than its
name giver.
"""

import re

SALTS_EN = re.compile(
    r"\b(hydrochloride|hydrobromide|calcium|sodium|potassium|magnesium|maleate|mesylate|mesilate|"
    r"besylate|besilate|tosylate|tartrate|succinate|fumarate|sulfate|sulphate|phosphate|acetate|"
    r"citrate|nitrate|bisulfate|dihydrate|trihydrate|monohydrate|hydrate|disoproxil|medoxomil|"
    r"etexilate|cilexetil|tabs?|tablets?|caps?|capsules?|pills?|injection|oral|solution|"
    r"suspension|syrup|powder|film[- ]coated|enteric[- ]coated|chewable|sublingual|"
    r"(?:extended|sustained|modified|delayed|controlled|prolonged|immediate|slow)[- ]release|"
    r"er|xr|sr|cr|ir|dr|ec|xl|xt|la|cd|cc|mr|pr|ds|odt|gits|zok|hcl|i{1,3}|"
    r"cream|ointment|gel|lotion|shampoo|"
    r"eye drops?|ear drops?)\b"
)
_SALTS_BEFORE = """
    盐酸 硫酸 磷酸 马来酸 富马酸 琥珀酸 酒石酸 枸橼酸 甲磺酸 苯磺酸 氢溴酸 醋酸 硝酸 重酒石酸
    门冬氨酸 乳酸
"""
_SALTS_AFTER = "酯 钙 钠 钾 镁 氢钾 硫酸氢盐 水合物 盐"
_FORMS = """
    缓释胶囊 缓释微丸 缓释片 缓释锭 缓释 控释胶囊 控释片 控释锭 控释 肠溶胶囊 肠溶片 肠溶锭
    肠溶 速释片 分散片 口崩片 口溶锭 咀嚼片 咀嚼锭 泡腾片 舌下片 舌下锭 舌下 含片 含锭
    薄膜衣片 薄膜衣锭 膜衣锭 膜衣片 糖衣片 糖衣锭 干混悬剂 混悬滴剂 鼻喷雾剂 鼻喷剂 喷雾剂
    气雾剂 吸入粉雾剂 粉雾剂 吸入溶液 吸入剂 雾化液 透皮贴剂 贴剂 贴片 贴膏 栓剂 栓 糖浆
    冻干粉针 粉针 针剂 眼膏 滴眼液 滴耳液 滴鼻液 滴剂 眼药水 洗剂 搽剂 混悬液 混悬凝胶
    口服溶液 口服液 注射液 注射剂 颗粒剂 颗粒 软胶囊 胶囊 胶丸 片剂 滴丸 凝胶 软膏 乳膏 片 锭
"""


def _any(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


BEFORE_ZH = ("注射用", *_SALTS_BEFORE.split(), "口服")
AFTER_ZH = (*_FORMS.split(), *_SALTS_AFTER.split())
TOPICAL = re.compile(
    r"乳膏|软膏|(?<!混悬)凝胶(?!胶囊)|洗剂|搽剂|滴眼液|眼药水|眼膏|滴耳液|洗发|"
    r"\b(?:cream|ointment|gel(?! ?cap)|lotion|shampoo|eye drops?|ear drops?)\b"
)
SWALLOWED = re.compile(
    r"(?<!贴)片|胶囊|口服|注射|颗粒|\d\s*(?:mg|毫克)(?!\s*/)|[不未非勿禁]\s*(?:要|能|可)?外用|"
    r"\b(?:tab(?:let)?s?|cap(?:sule)?s?|oral(?:ly)?|po|injection|not? topical(?:ly)?)\b"
)
_AT_A_NAME = _any(" ".join((*BEFORE_ZH, *AFTER_ZH)))
_AFTER_NAME = re.compile(rf"^(?:{_any(' '.join(AFTER_ZH))}){{1,6}}")
_BEFORE_NAME = re.compile(rf"(?:{_any(' '.join(BEFORE_ZH))}){{1,6}}$")
_ONLY = re.compile(rf"(?:{_AT_A_NAME})*")
_ANYWHERE = re.compile(_any(" ".join((_FORMS, _SALTS_BEFORE, "注射用"))))


def only_forms(piece: str) -> bool:
    """Is a piece between two names nothing but salt and form words? A space is something else."""
    return bool(_ONLY.fullmatch(piece))


def apart(gap: str) -> str:
    """Words between two names without the forms that touch either name."""
    return _AFTER_NAME.sub(" ", _BEFORE_NAME.sub(" ", gap))


def without_forms(gap: str) -> str:
    """Words around names without forms; a lone 钙 or 钾 counts as a salt only where it touches."""
    return _ANYWHERE.sub(" ", SALTS_EN.sub(" ", apart(gap)))


def one_word_less(name: str) -> list[str]:
    """The name without one leading or trailing word; at least two characters must stay."""
    shorter = [
        name.removesuffix(w) for w in AFTER_ZH if name.endswith(w) and len(name) > len(w) + 1
    ]
    return shorter + [
        name.removeprefix(w) for w in BEFORE_ZH if name.startswith(w) and len(name) > len(w) + 1
    ]
