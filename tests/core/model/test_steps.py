"""Steps of an argument, present or missing, in both languages."""

import pytest

from core.model.steps import TYPES, steps

FULL = {
    "diagnosis": "Gout is a disease of crystals. Criteria are met. The differential is septic "
    "arthritis. Red flags: fever. Next tests: joint fluid.",
    "treatment": "First-line therapy by the guideline. Contraindicated in renal failure. Monitor "
    "potassium. Alternatives exist.",
    "mechanism": "It inhibits CYP3A4, the level rises, the muscle is damaged, with pain.",
    "interaction": "Simvastatin is a substrate; clarithromycin inhibits it; exposure increases; "
    "the risk is rhabdomyolysis; management follows the row.",
}
CHINESE = {
    "diagnosis": "痛风是一种代谢病。诊断标准已满足。需与感染鉴别。危险信号：发热。下一步：关节液。",
    "treatment": "指南首选。肾衰禁用。监测血钾。可替代。",
    "mechanism": "抑制CYP3A4，浓度升高，损伤肌肉，出现疼痛。",
    "interaction": "辛伐他汀经CYP3A4代谢，克拉霉素抑制，浓度升高，横纹肌溶解风险，按条目处理。",
}


@pytest.mark.parametrize("kind", TYPES)
def test_every_step_of_a_full_argument_is_found_and_none_in_nothing(kind: str) -> None:
    for text in (FULL[kind], CHINESE[kind]):
        assert [step.name for step in steps(kind, text) if not step.present] == []
    names = [step.name for step in steps(kind, "")]
    assert len(names) == len(set(names)) >= 4
    assert not any(step.present for step in steps(kind, "Hello there."))


def test_a_missing_step_is_named() -> None:
    found = {step.name: step.present for step in steps("interaction", "It inhibits CYP2C9.")}
    assert found["perpetrator"] and not found["clinical_risk"] and not found["management"]
    assert steps("weather", "It rains.") == ()
