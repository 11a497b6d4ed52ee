"""How one drug changes the exposure of another: role by role, through the grade table.

Knows: inhibitors and inducers against substrates and prodrugs of the same enzyme or transporter.
Does not know: rows, effects, the patient. An unstated strength counts as moderate.
"""

from collections.abc import Mapping, Sequence

from core.i18n import Text
from core.pharmacy.facts import Drug, EnzymeRole, ExposureRule
from core.pharmacy.findings import ExposureChain, Finding

LESS_ACTIVE = Text("less active metabolite", "活性代谢物减少")
MORE_ACTIVE = Text("more active metabolite", "活性代谢物增多")
Rules = Mapping[tuple[str, ...], ExposureRule]


def exposure(
    by: Drug, acts: Sequence[EnzymeRole], on: Drug, suffers: Sequence[EnzymeRole], rules: Rules
) -> list[Finding]:
    """What the roles `acts` of `by` do to `on`; nothing when the grade table is missing."""
    if not rules:
        return []
    return [
        finding
        for act in acts
        for role in suffers
        if _same_enzyme(act.enzyme, role.enzyme)
        for finding in _exposed(act, role, by, on, rules)
    ]


def _same_enzyme(acting: str, handling: str) -> bool:
    """A role on UGT as a whole covers each UGT enzyme."""
    return acting == handling or (acting == "UGT" and handling.startswith("UGT"))


def _exposed(
    act: EnzymeRole, role: EnzymeRole, by: Drug, on: Drug, rules: Rules
) -> tuple[Finding, ...]:
    action = "inhibition" if act.role == "inhibitor" else "induction"
    if role.only and role.only != action:
        return ()
    prodrug = role.role == "prodrug_activated_by"
    more_active = (action == "inhibition") != prodrug
    counts = on.danger in {"both", "toxicity" if more_active else "loss"}
    key = (
        action,
        "cyp" if act.enzyme.startswith("CYP") else "transporter_or_other",
        act.strength or "moderate",
        "moderate_sensitive_substrate" if prodrug else role.role,
        on.therapeutic_index if counts else "",
        "yes" if action in on.critical_for else "no",
    )
    rule = rules[key]
    if rule.severity == "none":
        return ()
    predicted = rule.predicted
    if prodrug:
        predicted = MORE_ACTIVE if more_active else LESS_ACTIVE
    chain = ExposureChain(
        by=act,
        on=role,
        active_drug="up" if more_active else "down",
        predicted=predicted,
        strength_assumed=not act.strength,
        therapeutic_index=on.therapeutic_index,
        index_counts=counts,
        critical=action in on.critical_for,
        prodrug=prodrug,
    )
    return (
        Finding(
            kind="exposure",
            family="exposure",
            severity=rule.severity,
            rule=rule.id,
            between=(on.id, by.id),
            evidence="label" if "label" in (by.coverage, on.coverage) else "derived",
            sources=(act.source, role.source, rule.source),
            chain=chain,
        ),
    )
