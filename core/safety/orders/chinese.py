"""Orders in Chinese: an action on a medicine that is told, advised, allowed or forbidden.

Knows: a masked sentence in simplified characters. Does not know: what was said before it. Chinese
verbs have no mood, so a verb counts behind a word that directs, at the head of a clause, or behind
its medicine, and not where it names a circumstance (`服用华法林期间`) or the cause of an effect.
"""

import re

from core.safety.orders.measures import AMOUNT, TIME
from core.safety.orders.medicines import MEDICINE

_OBJECT = (
    rf"[{MEDICINE}{AMOUNT}\ue004]|剂量|用量|首剂|治疗(?!窗|指数|药物监测|效|目标|期间|后)"
    r"|它|这个|此[药剂]|该[药剂]|同类"
)
# Words in which a directing or acting character stands for something else.
_HARMLESS = re.compile(
    r"相互作用|副作用|作用|不良反应|反应|效应|适应证?症?|相应|对应|供应|响应|应激|应答|可能(?!需|要)|可致|可使|"
    r"可引起|可导致|可增加(?!剂量|至|到)|可增强|可升高|可降低(?!剂量|至|到)|可抑制|可延长|可见|可达|可逆|可诱发|"
    r"可加重|可减弱|可减少(?!剂量|至|到)|可显著|可明显|可诱导|许可|主要|重要|需求|必需|摘要|概要|获得|值得|觉得|功能|"
    r"性能|先前|先天|请教|请问|供给|说服|服务|克服|常用|用法|利用|转换|交换|公开|展开|打开|离开|开放|不能耐受|使用说明|"
    r"停药综合征|停药反应|用药史|用药清单|用药记录|用药错误|开具者|药物?清单|无需|无须|不需要?|不必|用于|适用|处方药|"
    r"非处方|处方集|处方医[生师]|开处方|用药情况|用药依从性|停经|停留|调整因素|需氧|不用担心|作为|增效|应急|应力|服药依从性|"
    r"用药安全|用药教育|用药指导单|给出|服药时间|合用数据|要点|请知悉|合理用药"
)
_OWN = (
    "服用|口服|内服|服药|用药|停用|停药|停服|停掉|停止服用|停止使用|停止用药|停下|加用|换用|改用|换成|改成|改服|改吃|"
    "改开|开具|续用|续服|照服|给药|静滴|静推|静注|静脉滴注|静脉注射|静脉推注|皮下注射|肌肉注射|肌注|泵入|滴注|含服|"
    "嚼服|吞服|顿服|冲服|送服|减量|加量|增量|减至|加至|增至|减到|加到|增到|减为|加倍|减半|合用|并用|联用|联合使用|联合应用|同服|"
    "翻倍|换药|断药|漏服|复用|改为|换为|禁服|忌服|补服|多吃|少吃|加服"
)
_GENERAL = (
    "使用|应用|开始|继续|停止|暂停|中止|终止|恢复|给予|予以|给|予|调整|补充|选用|选择|注射|推注|吸入|外用|涂抹|滴|"
    "增加|减少|降低|提高|更换|替换|替代|取代|代替|避免|维持|保持|处方|起始|启用|"
    "[开停换吃服用打喝加减改碰砍](?!始|药师|品)"
)
_ACT = rf"(?:(?P<own>{_OWN})|(?P<general>{_GENERAL}))"
_DIRECT = (
    "建议|推荐|应当|应该|应|须|必须|需要|需|宜|请|务必|最好|可以|可|不妨|考虑|不要|不可|不得|不能|不宜|不应|勿|"
    "切勿|请勿|别|禁止|严禁|避免|立即|马上|立刻|即刻|尽快|赶紧|直接|优先|坚持|尽量|记得|得|要|先|暂时|暂|"
    "让|叫|嘱|帮|您|你|能|首选|优选|宜选|必要时|继续|开始|从现在起|即日起|今晚|今天|今日|今起|明天|明早|明日|现在|"
    "即可|将|把|给予|再|赶快|务求|不用|停止|酌情|适当|逐渐|逐步|缓慢|随即|同时|尝试|推薦|选择|倾向于|下一步|考虑到|允许|就|便"
)
_CIRCUMSTANCE = re.compile(
    r"[^,]{0,16}?(?:期间|时(?!间|刻)|之?后|以后|之?前(?!提)|患者|者|人群|的(?:病人|老人|人|药|不良|~|情况|原因|风险|指征|时|过程|"
    r"必要)|史|过程中|"
    r"过量|指征|疗程中|阶段|依从性)"
)
_EFFECT = re.compile(
    r"会|可能|可致|可使|~|导致|引起|引发|诱发|致(?!敏)|使(?!用)|影响|升高|增高|增强|减弱|是|属|禁忌|存在|相关|发生|无效|有效|优于|风险|"
    r"比例|组|者"
)
_DONE = re.compile(r"^(?:了|过|着|达|已)|^[^,]{0,14}(?:了$|了(?!解|吗)[^,]|[^,]*史$)")
_PAST = re.compile(
    r"曾|当时|此前|后来|去年|前年|昨[天日晚]|(?:\d|[一二两三四五六七八九十几半数]|\ue003)+\s*个?[年月周天日](?:余|多)?前|被|入院前|住院期间|已|"
    r"既往|以往|过去|从前|以前|病程中|发病前|自述|诉|患者曾|之前(?!请|应|要)|医生说过|外院|目前正在|正在|一直在|在服|"
    r"\d{4}\s*年"
)
_DOING = re.compile(
    r"(?:患者|病人|患儿|老人|受试者|他|她|他们|对照组|试验组|组|家属)(?:目前|现|也|均|都|同时|每日|长期|仍|规律|自行|只|仅|并|未|没有?|不)*$"
)
_END = re.compile(r"吧$|即可$|就(?:行|好|可以)了?$|为宜$|为好$|为妥$|為宜$|最好$")
_TOPIC = re.compile(
    rf"(?:{_OBJECT})[^,]{{0,8}}?(?P<act>{_OWN}|继续|暂停|停|照旧|照常|不变|维持|照服|吃|服|打|禁用)(?P<rest>.*)"
)
_CHOICE = re.compile(
    rf"(?:建议|推荐|首选|优选|优先|考虑|宜选|可选|选用|不妨|还是|最好是?|应为|宜为|需要|该用|要用)"
    rf"(?:给予|用|为|是|选择|使用|他|她|患者|您|你|先|口服|小剂量|低剂量|的是|:|\s)*[{MEDICINE}{AMOUNT}]|"
    rf"[{MEDICINE}]\s*换\s*[{MEDICINE}]"
)


def directs(segments: list[str], question: bool = False) -> bool:
    """Whether a part of the sentence tells to do something with a medicine."""
    whole = ",".join(segments)
    asked = segments[1:] if question else segments
    for n, segment in enumerate(asked):
        text = _HARMLESS.sub("~", segment)
        if _told(text, whole) or _topic(text) or (n == 0 and _end(text)):
            return True
    return any(_end(_HARMLESS.sub("~", segment)) for segment in asked)


def _told(text: str, whole: str) -> bool:
    start = 0
    for found in re.finditer(_ACT, text):
        if found.start() < start:
            continue
        before, rest = text[start : found.start()], text[found.end() :]
        if _CIRCUMSTANCE.match(rest):
            ended = _CIRCUMSTANCE.match(rest)
            start = found.end() + (ended.end() if ended else 0)
            continue
        if _is_told(before, found, rest, whole):
            return True
    return False


def _is_told(before: str, found: re.Match[str], rest: str, whole: str) -> bool:
    forbidden = re.search(r"(?:别|勿|不要|不得|不可|不能)[^,]{0,4}$", before)
    if _PAST.search(before) or (not forbidden and _DONE.match(rest)) or before.endswith("所"):
        return False
    about = f"{before}{rest}" if found["general"] else whole
    if not (found["own"] or re.search(_OBJECT, about)):
        return False
    if found["general"] in (
        "增加",
        "减少",
        "降低",
        "提高",
        "调整",
        "维持",
        "保持",
        "加",
        "减",
        "选择",
    ) and not re.search(
        rf"剂量|用量|[至到为]\s*{AMOUNT}|^\s*[{MEDICINE}{AMOUNT}](?!\s*[^,]*(?:浓度|暴露|水平|清除|风险|效|代谢|"
        rf"吸收))",
        rest,
    ):
        return False
    if re.search(_DIRECT, before):
        return not (_EFFECT.match(rest.lstrip()) and not found["own"])
    if before in ("现", "现在", "今") and found.group()[0] in "改停加换减":
        return True
    head = re.sub(
        rf"^(?:并且?|则|而|且|然后|随后|再|故|因此|所以|或者?|也|都|均|还|{TIME}|:|\s|每|晚|早|一次|患者|-)+",
        "",
        before,
    )
    if head == "" and not before.startswith("患者"):
        return not _EFFECT.search(rest)
    return False


def _topic(text: str) -> bool:
    for found in _TOPIC.finditer(text):
        before, rest = text[: found.start("act")], found["rest"]
        done = (
            _PAST.search(before)
            or re.search("自行|擅自|私自", before)
            or _DONE.match(rest)
            or _DOING.search(before)
        )
        if not (done or _CIRCUMSTANCE.match(rest) or _EFFECT.search(rest)):
            return True
    for found in _CHOICE.finditer(text):
        behind = text[found.end() :]
        if not _PAST.search(text[: found.start()]) and not re.match(
            r"[^,]{0,4}(?:浓度|水平|相互|~|血药|不良|说明书|相关|使用者|监测)", behind
        ):
            return True
    return False


def _end(text: str) -> bool:
    return bool(_END.search(text) and re.search(rf"{_OBJECT}|{_OWN}|[吃服停]", text))
