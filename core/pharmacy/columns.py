"""The columns of each interaction table and what a cell may hold.

Knows: shapes and closed sets. What refers to another table is checked against the ids handed in.
Does not know: what a row means; that is `rows`.
"""

from collections.abc import Collection

from core.pharmacy.facts import Family
from core.tables import Check, all_known, anything, filled, known, number, one_of

Columns = dict[str, Check]
GRADE = one_of("minor", "moderate", "major", "contraindicated")
GRADE_OR_NONE = one_of("none", "minor", "moderate", "major", "contraindicated")
SURE = one_of("high", "medium")
SUBSTRATES = (
    "sensitive_substrate",
    "moderate_sensitive_substrate",
    "substrate",
    "minor_substrate",
)
ROLES = (*SUBSTRATES, "inhibitor", "inducer", "prodrug_activated_by", "no_relevant_cyp_role")
MECHANISMS: dict[str, Family] = {
    "pk_cyp": "exposure",
    "pk_transporter": "exposure",
    "pk_ugt": "exposure",
    "pk_renal": "exposure",
    "pk_metabolism": "exposure",
    "pk_absorption": "absorption",
    "incompatibility": "absorption",
    "pd_additive": "effect",
    "pd_antagonism": "effect",
    "unknown": "effect",
    "duplicate": "duplicate",
}
SOURCED: Columns = {
    "source": filled,
    "verified": one_of("source_copy", "recall", "convention"),
}
SOURCED_AND_SURE: Columns = {
    "source": filled,
    "confidence": SURE,
    "verified": one_of("source_copy", "recall", "convention"),
}


# Each condition of a context row and what its value may be.
CONDITIONS: dict[str, Check] = {
    **dict.fromkeys(
        (
            "dose_a_at_most_mg",
            "separated_hours",
            "crcl_below",
            "egfr_at_least",
            "potassium_above",
            "age_below_days",
        ),
        number,
    ),
    **dict.fromkeys(
        ("renal_impairment", "hepatic_impairment", "stable_alpha_blocker"), one_of("yes")
    ),
    **dict.fromkeys(
        ("route_a", "route_b", "indication", "history", "monitoring", "dose_reduced", "smoking"),
        filled,
    ),
}


def texts(*stems: str) -> Columns:
    """Both languages of each sentence must be there."""
    return {f"{stem}_{language}": filled for stem in stems for language in ("en", "zh")}


SOURCES: Columns = {
    "source_id": filled,
    "title": filled,
    "url": anything,
    "licence": anything,
    "note": anything,
}
GRADE_CHANGES: Columns = {
    "row": filled,
    "old": GRADE_OR_NONE,
    "new": GRADE_OR_NONE,
    "source": filled,
    "reason": filled,
}
DRUGS: Columns = {
    **dict.fromkeys(("id", "name_en", "name_zh_cn", "name_zh_tw"), filled),
    "atc": anything,
    "drug_class": filled,
    "kind": one_of("drug", "food", "lifestyle", "herbal"),
    "coverage": one_of("full", "partial", "name_only"),
    "therapeutic_index": one_of("", "narrow", "high_risk"),
    "ti_direction": one_of("", "both", "toxicity", "loss"),
    "ti_source": anything,
    "critical_for": one_of("", "inhibition", "induction", "both"),
    "critical_source": anything,
    "components": anything,
    **SOURCED,
    "zh_verified": one_of("yes", "no"),
    "confidence": SURE,
}
EXPOSURE_RULES: Columns = {
    "rule_id": filled,
    "action": one_of("inhibition", "induction"),
    "target": one_of("cyp", "transporter_or_other"),
    "strength": one_of("strong", "moderate", "weak"),
    "sensitivity": one_of(*SUBSTRATES),
    "therapeutic_index": one_of("", "narrow", "high_risk"),
    "critical": one_of("yes", "no"),
    "severity": GRADE_OR_NONE,
    "predicted_change_en": anything,
    "predicted_change_zh": anything,
    **SOURCED,
}
DUPLICATE_GROUPS: Columns = {
    "drug_class": filled,
    "duplicate_group": filled,
    "severity": GRADE,
    **SOURCED,
}


def classes(drugs: Collection[str]) -> Columns:
    return {"class_id": filled, "name_en": filled, "name_zh": filled, "members": all_known(drugs)}


def enzyme_roles(drugs: Collection[str]) -> Columns:
    return {
        "drug_id": known(drugs),
        "enzyme": filled,
        "role": one_of(*ROLES),
        "strength": one_of("", "strong", "moderate", "weak"),
        "direction": one_of("", "induction_only", "inhibition_only"),
        **SOURCED_AND_SURE,
        "note": anything,
    }


def effects(drugs: Collection[str]) -> Columns:
    return {
        "drug_id": known(drugs),
        "effect": filled,
        "grade": one_of("", "strong", "moderate", "weak", "minimal"),
        **SOURCED_AND_SURE,
    }


def pairs(drugs: Collection[str], selector: Check) -> Columns:
    return {
        "id": filled,
        "a": selector,
        "b": selector,
        "severity": GRADE,
        "object": one_of("a", "b", "both"),
        "mechanism_type": known(MECHANISMS),
        **texts("effect", "mechanism", "management"),
        "alternatives": all_known(drugs),
        "evidence": one_of("established", "probable", "suspected"),
        **SOURCED_AND_SURE,
        "check_verdict": anything,
        "check_url": anything,
        "check_note": anything,
    }


def effect_rules(selector: Check) -> Columns:
    return {
        "rule_id": filled,
        "group": filled,
        "a_selector": selector,
        "b_selector": selector,
        "severity": GRADE,
        **texts("effect", "management"),
        "suppressed_by": anything,
        **SOURCED,
    }


def three_drug_rules(selector: Check) -> Columns:
    return {
        "rule_id": filled,
        **dict.fromkeys(("a_selector", "b_selector", "c_selector"), selector),
        "severity": GRADE,
        **texts("effect", "management"),
        **SOURCED,
    }


def food(drugs: Collection[str]) -> Columns:
    return {
        "drug_id": known(drugs),
        "food": filled,
        "severity": GRADE,
        **texts("detail"),
        **SOURCED_AND_SURE,
    }


def timing(drugs: Collection[str]) -> Columns:
    return {
        "drug_id": known(drugs),
        "with_food": one_of("with", "without", "before_meal", "after_meal", "either"),
        **texts("detail"),
        **SOURCED_AND_SURE,
    }


def context(selector: Check) -> Columns:
    return {
        "id": filled,
        "a": selector,
        "b": selector,
        "condition": known(CONDITIONS),
        "value": filled,
        "severity": GRADE_OR_NONE,
        **texts("note"),
        "unless": one_of("", "hepatic_impairment"),
        **SOURCED,
    }


def topical_exceptions(drugs: Collection[str]) -> Columns:
    return {"drug_id": known(drugs), "route": filled, **texts("reason"), **SOURCED}
