"""What a sentence says about a mention: affirmed, negated, past, someone else's or supposed.

Knows: cue words in English and Chinese, their reach, double negation, words for "not taken".
Does not know: grammar. A cue reaches a mention only over words that a list or a filler can have,
because a missed emergency costs more than a false alarm; what is unclear counts as affirmed.
"""

import re
from typing import Literal

from core.terms.folding import fold

Assertion = Literal["affirmed", "negated", "past", "other_person", "hypothetical"]

REACH = 60  # characters on either side that can hold a cue
_LIMITS = re.compile(r"[。!?;,:\n()\[\]]|\.(?!\d)")
_RESETS = re.compile(
    r"但是|但|却|而是|不过|可是|然而|除了|除|只有|仍|还是有|今天|现在|目前|刚才"
    r"|\b(?:but|however|except|although|though|yet|apart from|now|today|currently|still)\b"
    r"|\band (?:i|he|she|have|has|had|there|then|also|feel)\b"
)
_LINES = re.compile(r"[。!?;\n]|\.(?!\d)|但是|但|\b(?:but|however)\b")
_SYMPTOM = (
    "发烧|发热|咳嗽|咳痰|头晕|头痛|头疼|恶心|呕吐|胸闷|胸痛|胸疼|腹痛"
    "|肚子痛|肚子疼|腹泻|出血|心慌|心悸"
    "|气短|气促|呼吸困难|皮疹|抽搐|晕厥|黑便|便血|吐血|呕血|咯血|咳血|乏力|寒战|盗汗|外伤|手术|过敏"
)
_FILLER = (
    "什么|任何|明显|出现|发生|感到|觉得|感觉|伴有|伴随|突然|突发"
    "|剧烈|严重|其他|再次|以前|之前|曾经|曾"
    "|经历|想过|考虑过|考虑|打算|计划|准备|企图|服用|使用|吃过|用过"
    "|接触|特别|太|再|过|到|见|诉|想|要"
    "|有|吃|服|用|喝|的|说|会|在|是|患|得"
)
_LINK = "、|/|或者|或|和|及|以及|与|也没有|也没|也无|跟| "
# Double negation is blanked first: 不得不停药 is a stop, 不是不痛 is a pain.
_DOUBLE = re.compile(
    r"(?:不是|不得|不能|不会|不可能|不可|并非|没有|无)(?:不(?!适|舒|良)|没有|没)|无不|莫不"
)
_CHINESE_NO = re.compile(
    rf"(?<!有)(?<!是)(?:没有|没|否认|并无|并没有|未曾|未见|未|并未|并不|并非|不是|毫无|从未|从不|"
    rf"(?<!毫)无(?!法|缘|力|故)|(?<!除)(?<!并)非(?!常)|唔系|冇|"
    rf"(?<![止住停受])不(?!停|断|住|止|敢|知|舒|适|得|了|上|过|着|好|安))"
    rf"(?:{_FILLER}|{_SYMPTOM}|{_LINK}){{0,8}}$"
)
# "can't" and "won't" are left out: "can't stop vomiting blood" affirms what follows.
_ENGLISH_NO = re.compile(
    r"(?:\b(?:no(?!\s+(?:one|idea|doubt|relief|better|improvement"
    r"|sleep|appetite|reason|wonder|matter))"
    r"|den(?:y|ies|ied|ying)|without|negative for|no longer"
    r"|absence of|free of|ruled out|nor|neither)\b"
    r"(?:[\s/-]+[\w'-]+){0,5}"
    r"|\b(?:not|never|(?!can|won|could)[a-z]+n't|(?:do|did|does|is|was"
    r"|are|were|have|has|had|would|should)nt)\b"
    r"(?:[\s/-]+(?:have|has|had|having|got|get|getting|any|an?|the|been"
    r"|be|feel|feeling|felt|experienc\w+|"
    r"complain\w*|of|really|actually|currently|report\w*|taking|take|took|taken|on|using|to|want|"
    r"wanting|wish|think\w*|thought|about|plan\w*|going|intend\w*"
    r"|thoughts|ever|my|suffer\w*|sudden|"
    r"severe|new|recent|chest|head|back|or|and|a|other)){0,6})[\s/-]*$"
)
_ENGLISH_NO_LIST = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|negative for|no evidence of)\b"
    r"(?:\s+[\w'-]+){1,3}(?:\s*,(?:\s*(?:or"
    r"|and))?(?:\s+[\w'-]+){1,3})*\s*,(?:\s*(?:or|and))?\s*(?:[\w'-]+\s+)?$"
)
_ENGLISH_ITEM_END = re.compile(r"\s*(?:$|[,.;)]|or\b|and\b)")
# "I can't sleep because of chest pain": the negation belongs to the verb before the cause.
_ENGLISH_CAUSE = re.compile(
    r"\b(?:because|due to|since|so|with(?!out)|from|only|just|until"
    r"|when|why|know|for(?<!negative for))\b"
)
_NO_AFTER = re.compile(
    r"\s*(?:没有|没|不是|无)(?:$|[。,;!.、\n]|了?$)|\s*[:(]?\s*(?:无|否|没有|阴性|未见|no\b|none\b|"
    r"denied\b|absent\b|negative\b|ruled out\b)\s*(?:$|[。,;)\n.])|\s+(?:is"
    r"|was|are|were)\s+(?:absent|denied|ruled out)"
)
_PAST_AFTER = re.compile(
    r"(?:已经|已|都|现在)?(?:没有了|没了|消失了?|好了|缓解了|不(?:痛|疼)了)"
    r"|\s+(?:has |have )?(?:resolved|gone away|stopped)\b"
)
_PAST = re.compile(
    r"以前|之前(?!没)|曾经|曾|过去|小时候|年前|个月前|既往|病史|上次|去年|前年|当年"
    r"|\b(?:used to|history of|h/o|previously|years? ago|months? ago|last year|in the past|"
    r"as a child|past history)\b"
)
_PAST_AFTER_TIME = re.compile(
    r"[^。!?;,\n.]{0,12}(?:\b(?:years?|months?) ago\b|\blast year\b|\bas a child\b|病史|既往史)"
)
_OTHER = re.compile(
    r"(?:我|他|她|的)?(?:妈妈|爸爸|妈|爸(?!爸)|母亲|父亲|爷爷|奶奶|外婆"
    r"|外公|姥姥|姥爷|阿嬷|阿公|老公|老婆|丈夫"
    r"|妻子|先生|太太|儿子|女儿|孩子|小孩|娃|宝宝|孙子|孙女|哥哥|姐姐|弟弟"
    r"|妹妹|邻居|朋友|同事|同学|亲戚|家人|家族|病友)"
    r"|(?<!其)(?<!吉)他(?![汀莫达克那洛巴昔])|她"
    r"|\b(?:my|his|her|our|their|a|the)\s+(?:\w+\s+)?(?:mother|mom|mum"
    r"|father|dad|grand\w+|wife|husband|"
    r"son|daughter|child|kid|baby|toddler|brother|sister|neighbou?r"
    r"|friend|aunt|uncle|cousin|colleague|"
    r"family|partner)\b|\bfamily history\b|\b(?:he|she|they)\b"
)
_SUPPOSED = re.compile(
    r"如果|假如|要是|万一|一旦|倘若|若(?!干)|会不会|是否|有没有|是不是|有冇"
    r"|可能会|预防|防止|担心|怕(?!光)|避免|以免"
    r"|(?:可|会|可能|能)(?:引起|导致|出现|造成)|副作用|不良反应|风险"
    r"|禁忌|适应症|用于|什么是|为什么会"
    r"|\b(?:if|in case|should (?:you|i|he|she)|would|might|whether"
    r"|worried about|risk of|prevent\w*|"
    r"watch for|look out for|in the event of|can cause|may cause|side effects?|indicated for|"
    r"treatment (?:of|for)|what is|what are|afraid of (?!going))\b"
)
_SUPPOSED_AFTER = re.compile(r"\s*(?:的风险|风险|怎么预防|的预防|预防|risk\b|prevention\b)")

_DRUG_FILLER = (
    r"(?:使用|服用|口服|长期|所有|全部|吃|服|用|过|了|的|以及|和|及|与|或|、|/|:|\s"
    r"|\band\b|\bor\b|\bthe\b|\bmy\b|\bher\b|\bhis\b|\btaking\b"
    r"|\busing\b|\bon\b|\bany\b|\ball\b|\bto\b)*"
)
_ITEM = r"(?:[\u4e00-\u9fff]{2,10}(?:、|/|和|及|与|或)|[a-z-]{4,}\s*(?:/|\band\b|\bor\b)\s*){0,6}"
_NOT_TAKEN = re.compile(
    r"(?:停用|停服|停掉|停了|停止|已停|停药|停|不再|不吃|不服|没吃|没服|没有|否认"
    r"|未服|未用|未|不用|没用|禁用|禁服|禁止|禁忌"
    r"|忌|避免|不能|不可|不要|慎用|(?<!抗)过敏|戒|冇食|拒绝"
    r"|\ballerg(?:ic|y) to|\ballergies\s*:|\bintoleran(?:t|ce) (?:to|of)"
    r"|\bstop(?:ped|ping|s)?|\bdiscontinu\w+|\bd/c|\boff"
    r"|\bnot (?:taking|on|using|started)|\bno longer|\bnever (?:took|taken"
    r"|had|used)|\bavoid\w*|\bheld|\bhold(?:ing)?"
    r"|\bden(?:y|ies|ied|ying)|\bquit|\brefus\w+|\bisn'?t (?:on|taking)|\bdoesn'?t take"
    r"|\bdidn'?t take|\bdon'?t take|\bcontraindicated\s*:?"
    r"|\binstead of|\bswitched from|\bweaned off|\bwithout|\bceased)"
    + _DRUG_FILLER
    + _ITEM
    + _DRUG_FILLER
    + r"$"
)
_NOT_TAKEN_AFTER = re.compile(
    r"\s*(?:类|药物|药|片|胶囊|注射液|钠片|钠|钾"
    r"|钙)?\s*[:(\-]?\s*(?:\d+(?:\.\d+)?\s*(?:mg|g|毫克)\s*)?"
    r"(?:现在|目前|早就|早|已经|已|我|都|暂时|暂|因[^。,;]{1,8})?"
    r"(?:过敏|停用|停药|停掉|停服|停了|停|没吃|没有吃|不吃|未服|未用"
    r"|没用|不用|禁用|禁忌|不再吃|不再服|戒了"
    r"|allerg\w+|intoleran\w+|stopped|discontinued|withdrawn|on hold|held|d/c|"
    r"(?:was|has been|is|were|have been) (?:stopped|discontinued|withdrawn"
    r"|held|contraindicated)|contraindicated)"
)
_TAKEN_AGAIN = re.compile(
    r"改用|改为|改成|换成|换为|换用|开始|继续|加用|恢复|现服|现在吃"
    r"|\b(?:started|starting|switched to|changed to|now on|replaced by"
    r"|replaced with|takes|continues?|continued)\b"
)
_TAKEN_NOW = re.compile(
    r"(?:目前|现在?|长期|正在|平时|规律)(?:规律)?(?:口?服|用|吃)|\bcurrently (?:on|taking)\b"
)
# "Has not stopped" says that a drug is taken.
_STILL_TAKEN = re.compile(
    r"(?:从来没有|从没|没有|没|未曾|从未|并未|未|不要|不能|不可以?|不得|不应该?|不宜|切勿|勿|别|否认|不)"
    r"(?:自行|随意|擅自|突然|私自)?(?:停用|停服|停掉|停过|停止|停药|停|戒掉|戒|拒绝|拒服)"
    r"|(?:\bnot|\bnever|n't|\bwithout|\bden(?:y|ies|ied|ying))\s+(?:(?:been|yet|ever|to)\s+)*"
    r"(?:stop\w*|discontinu\w*|h[eo]ld(?:ing)?|quit\w*|ceas\w*|refus\w+|avoid\w*"
    r"|wean\w* off|off)\b"
)
_ALLERGY = re.compile(
    r"(?<!抗)过敏(?!煎|性|原)|\ballerg(?:ic to|ies)\b"
    r"|\ballergy\b(?! (?:relief|tab|pill|med))|\bintoleran(?:t|ce)\b"
)


def assertion(text: str, start: int, end: int) -> Assertion:
    """What `text` says about the mention at `text[start:end]`; only its own sentence is read."""
    return judge(
        fold_lines(text[max(0, start - REACH) : start]), fold_lines(text[end : end + REACH])
    )


def judge(before: str, after: str) -> Assertion:
    """`assertion` for folded text on both sides of a mention (see `fold_lines`)."""
    before, after = before[-REACH:], after[:REACH]
    clause = _since(before, _LIMITS, _RESETS)
    sentence = _since(before, _LINES)
    if _negated(clause, sentence, after):
        return "negated"
    if _SUPPOSED.search(sentence) or _SUPPOSED_AFTER.match(after):
        return "hypothetical"
    if _OTHER.search(sentence):
        return "other_person"
    if _PAST.search(_since(before, _LINES, _RESETS)) or _PAST_AFTER.match(after):
        return "past"
    return "past" if _PAST_AFTER_TIME.match(after) else "affirmed"


def not_taken(text: str, start: int, end: int) -> bool:
    """Whether a drug named at `text[start:end]` is said to be stopped, avoided or an allergy.

    A list joined by 、 / and / or shares the cue; a comma or a line end closes it. Unclear is
    False: a drug too many in a check is seen, a drug too few is not.
    """
    before = fold_lines(text[max(0, start - REACH) : start])
    after = fold_lines(text[end : end + REACH])
    spoken = without_still_taken(_DOUBLE.sub("", before))
    clause = _since(spoken, _LIMITS_OF_LIST, _TAKEN_AGAIN)
    return bool(_NOT_TAKEN.search(clause) or _NOT_TAKEN_AFTER.match(after))


def speaks_of_allergy(folded: str) -> bool:
    """Whether folded words speak of an allergy or intolerance, stated or denied."""
    return bool(_ALLERGY.search(folded))


def taken_again(folded: str) -> bool:
    """Whether folded words say that a drug is taken from now on or now."""
    return bool(_TAKEN_AGAIN.search(folded) or _TAKEN_NOW.search(folded))


def without_still_taken(folded: str) -> str:
    """The words with "has not stopped" read as "goes on", so that no stop is found in them."""
    return _STILL_TAKEN.sub(" 继续 ", folded)


_LIMITS_OF_LIST = re.compile(r"[。!?;,\n()]|\.(?!\d)|但是|但|\b(?:but|however)\b")


def fold_lines(text: str) -> str:
    """Folded text that keeps its line ends and the space at its edges: both can end a reach."""
    folded = "\n".join(fold(line) for line in text.splitlines())
    left = " " if text[:1] == " " else ""
    right = "\n" if text[-1:] == "\n" else " " if text[-1:] == " " else ""
    return left + folded + right


def _since(text: str, *limits: re.Pattern[str]) -> str:
    """The part of `text` after the last limit."""
    cut = max((m.end() for limit in limits for m in limit.finditer(text)), default=0)
    return text[cut:]


def _negated(clause: str, sentence: str, after: str) -> bool:
    spoken = _DOUBLE.sub(" 是", clause)
    if _CHINESE_NO.search(spoken) or _NO_AFTER.match(after):
        return True
    if _ENGLISH_NO.search(_since(clause, _ENGLISH_CAUSE)):
        return True
    return bool(_ENGLISH_NO_LIST.search(sentence) and _ENGLISH_ITEM_END.match(after))
