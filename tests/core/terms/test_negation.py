import pytest

from core.terms.negation import Assertion, assertion, not_taken, speaks_of_allergy


def marked(text: str) -> tuple[str, int, int]:
    """`no [pain]` as the plain text and the place of the mention."""
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), start, end


CASES: dict[Assertion, list[str]] = {
    "affirmed": [
        "[胸痛]",
        "不是胸痛而是[腹痛]",
        "除了[胸痛]没有别的",
        "没有发烧，但[胸痛]",
        "没有发烧但是[胸痛]",
        "睡不着[胸痛]",
        "止不住[吐血]",
        "没吃饭[胸痛]",
        "没有力气[胸痛]",
        "不知道为什么[胸痛]",
        "[胸痛]没有缓解",
        "不是不[胸痛]",
        "不得不[停药]",
        "不能不[吃药]",
        "没有发烧。[胸痛]",
        "没有发烧\n[胸痛]",
        "他克莫司 [发热]",
        "[chest pain]",
        "no fever but [chest pain]",
        "no fever. [chest pain]",
        "no fever, [chest pain] since noon",
        "I can't sleep because of [chest pain]",
        "I can't stop [vomiting blood]",
        "I want to [die]",
        "pregnant and [bleeding]",
        "denies fever, [chest pain] started at 9",
        "I don't know why I have [chest pain]",
        "no doubt it is [chest pain]",
    ],
    "negated": [
        "没有[胸痛]",
        "没[发烧]",
        "无明显[胸痛]",
        "无[胸痛]",
        "否认[胸痛]",
        "否认头痛、[胸痛]、气短",
        "未见[皮疹]",
        "不是[胸痛]而是腹痛",
        "并非[胸痛]",
        "不[头痛]",
        "沒有[胸痛]",
        "从没有过[胸痛]",
        "没有发烧和[咳嗽]",
        "[胸痛]：无",
        "[胸痛]没有，",
        "我不想[自杀]",
        "冇[胸痛]",
        "no [chest pain]",
        "not having [chest pain]",
        "doesn't have [chest pain]",
        "denies [chest pain]",
        "without [fever]",
        "no longer has [chest pain]",
        "never had [chest pain]",
        "negative for [influenza]",
        "no fever or [chest pain]",
        "denies fever, [chest pain], or nausea",
        "[chest pain]: no",
    ],
    "past": [
        "以前有过[胸痛]",
        "三年前[吐血]过",
        "既往[癫痫]",
        "[胸痛]已经消失了",
        "history of [chest pain]",
        "three years ago I had [chest pain]",
        "[chest pain] two years ago",
        "[chest pain] has resolved",
    ],
    "other_person": [
        "我妈[胸痛]",
        "我老公[吐血]",
        "邻居[中毒]了",
        "my mother had [chest pain]",
        "family history of [cancer]",
        "她[想死]",
    ],
    "hypothetical": [
        "如果[胸痛]怎么办",
        "有没有[胸痛]",
        "担心[中毒]",
        "可引起[出血]",
        "预防[中风]",
        "if [chest pain] comes back",
        "worried about [bleeding]",
        "may cause [bleeding]",
    ],
}


@pytest.mark.parametrize(
    ("text", "said"), [(text, said) for said, texts in CASES.items() for text in texts]
)
def test_a_mention_is_read_in_its_sentence(text: str, said: Assertion) -> None:
    assert assertion(*marked(text)) == said


@pytest.mark.parametrize(
    "text",
    [
        "停用[华法林]",
        "已停[华法林]",
        "停用华法林、[阿司匹林]",
        "未服用[阿司匹林]",
        "[青霉素]过敏",
        "对[青霉素]过敏",
        "[华法林] 5mg 已停",
        "没吃[二甲双胍]",
        "不吃[他汀]",
        "禁用[布洛芬]",
        "[布洛芬]禁用",
        "不得不停用[华法林]",
        "停用[華法林]",
        "stopped [warfarin]",
        "stopped warfarin and [aspirin]",
        "allergic to [penicillin]",
        "[penicillin] allergy",
        "no longer taking [warfarin]",
        "not taking [aspirin]",
        "[warfarin] was stopped",
        "never took [metformin]",
        "否认服用[华法林]",
        "denies taking [warfarin]",
        "不得不停用[华法林]",
    ],
)
def test_stopped_avoided_and_allergic_drugs_are_not_taken(text: str) -> None:
    assert not_taken(*marked(text))


@pytest.mark.parametrize(
    "text",
    [
        "[华法林] 3mg qd",
        "停用华法林，改用[利伐沙班]",
        "停用华法林改用[利伐沙班]",
        "[阿司匹林] 青霉素过敏",
        "青霉素过敏，[阿司匹林]",
        "青霉素过敏\n[阿司匹林]",
        "不能不吃[华法林]",
        "继续[华法林]",
        "[warfarin] 3 mg",
        "没有停用[华法林]",
        "从未停用[华法林]",
        "不要自行停用[华法林]",
        "不停[华法林]",
        "否认停用[华法林]",
        "[华法林]没有停",
        "has not stopped [warfarin]",
        "never discontinued [warfarin]",
        "don't stop [warfarin]",
        "denies stopping [warfarin]",
        "[warfarin] was never stopped",
        "stopped warfarin and started [apixaban]",
        "allergic to penicillin, takes [warfarin]",
        "switched to [apixaban]",
        "I do not know if [warfarin] is safe",
    ],
)
def test_other_drugs_stay_in_the_check(text: str) -> None:
    assert not not_taken(*marked(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("青霉素过敏", True),
        ("否认药物过敏", True),
        ("penicillin allergy", True),
        ("allergic to penicillin", True),
        ("lactose intolerance", True),
        ("抗过敏药", False),
        ("过敏性鼻炎", False),
        ("allergy relief", False),
        ("华法林", False),
    ],
)
def test_words_about_an_allergy_are_known(text: str, said: bool) -> None:
    assert speaks_of_allergy(text) is said
