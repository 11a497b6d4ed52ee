"""What is left of a line once regimen, forms and ordinary words are taken out of it.

Knows: words that stand around names in a medicine list and name no drug themselves.
Does not know: drugs. What is left over may be one that no table holds, so it is said and not
dropped: any Chinese character, any Latin word.
"""

import re

from core.terms.dose import without_regimen
from core.terms.form_words import without_forms
from core.terms.stopping import WHEN_STOPPED, stopped_behind

_CHINESE = """
    患者 病人 家属 目前 现在 正在 现 在家 在 长期 近期 最近 一直 平时 平素 规律 自行 自己
    同时 继续 开始 服药 服用 使用 应用 口服 内服 吃 喝 服 用药 用 药物 药品 药 加用 加服 合用
    联用 联合 合并 和 与 及 以及 并 或 遵医嘱 医嘱 处方 建议 给予 予以 予 方案 治疗 维持 恢复
    改用 改为 换用 换成 换为 疗程 单次 每次 一次 商品名称 商品名 通用名称 通用名 化学名
    药品名 名称 规格 用法 用量 剂量 进口 国产 原研 仿制 又称 又名 俗称 即 含 等 已 已经 对 的
    了 还 有 另 另外 外 也 都 共 约 为 至 从 各 每 后 前 时 次 日 天 是 我 您 你 他 她 今日
    今天 昨日 昨天 每日 每天 需要 需 按
"""
# They say that a drug is not taken; beside a name this was read already.
_DENYING = """
    停用 停药 停服 停掉 停了 停止 暂停 已停 停 未 不再 不 没有 没 从未 否认 拒绝 戒 禁用 禁忌
    慎用 避免 不能 不可 不要 不得 暂时 勿 过敏史 过敏
"""
_ENGLISH = r"""
    and|with|plus|takes?|taking|took|taken|on|patient|pt|is|was|has|have|been|he|she|his|her|my|
    currently|current|also|starts?|started|starting|sig|continues?|continued|home|prescribed|generic|brand|name|strength|
    medications?|medicines?|meds?|drugs?|dose|doses|daily|day|night|at|to|in|by|per|from|since|
    for|the|of|a|an|as|it|this|mg|mcg|ug|ml|g|rx|sig|contains?|containing|including|incl|inr|bp|egfr|crcl|hba1c|
    [dghlmnqstux]"""
_DENYING_EN = r"""
    not|no|never|stop|stopped|stopping|off|discontinued|held|on hold|den(?:y|ies|ied)|
    allerg(?:y|ies|ic)|avoid|without|longer|using|isn't|doesn't|don't"""
_SIGNS = r"(?<![a-z])\d+(?:\.\d+)?|[^\w\s]|_"


def _words(chinese: str, english: str) -> re.Pattern[str]:
    han = "|".join(sorted(map(re.escape, chinese.split()), key=len, reverse=True))
    latin = "".join(english.split()).replace("onhold", "on hold")
    return re.compile(rf"{han}|(?<![a-z0-9'])(?:{latin})(?![a-z0-9'])")


ORDINARY = _words(_CHINESE, _ENGLISH)
DENYING = _words(_DENYING, _DENYING_EN)
_EVERYDAY = re.compile(
    r"(?:(?:pain|fever|sleep|cough|nausea|vomiting|itch|itching|anxiety|rash|headache|heart|blood"
    r"|pressure|cholesterol|sugar|tablet|capsule|needed|morning|evening|bedtime|breakfast|lunch"
    r"|dinner|water|food|meals?|hospital|doctor|history|regular|chronic|acute|release)\b ?)+"
)
_SIGN = re.compile(_SIGNS)
_LETTER = re.compile(r"[^\W\d_]")
COMPOUND = "复方"


def leftover(folded: str) -> str:
    """The words of a folded piece that neither dose, form nor ordinary words explain."""
    rest = ORDINARY.sub(" ", without_regimen(without_forms(folded)))
    rest = " ".join(_SIGN.sub(" ", rest).split())
    return rest if _LETTER.search(rest) else ""


def undenied(folded: str) -> str:
    """The piece without the words that say that something is not taken, or since when."""
    if WHEN_STOPPED.search(folded) and stopped_behind(without_regimen(folded)):
        folded = WHEN_STOPPED.sub(" ", folded)
    return DENYING.sub(" ", folded)


def is_everyday(folded: str) -> bool:
    """Are they everyday English words, which only look like a name?"""
    return bool(_EVERYDAY.fullmatch(folded))


def is_heading(folded: str) -> bool:
    """Is a piece made of ordinary words alone (目前用药, current medications)?"""
    rest = _SIGN.sub(" ", ORDINARY.sub(" ", folded)).strip()
    return not rest and bool(_LETTER.search(folded))
