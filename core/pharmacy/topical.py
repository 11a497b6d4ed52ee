"""Creams, gels and drops: which count as local, and how far they lower a grade.

Knows: classes whose creams and drops are meant for the place where they are put; a convention of
this project. Whatever is not of these classes is not lowered: nitroglycerin ointment, patches and
gels that are swallowed act on the whole body.
Does not know: how much of one product is absorbed.
"""

from dataclasses import replace

from core.pharmacy.facts import RANK, Drug
from core.pharmacy.findings import Derivation
from core.pharmacy.loading import Tables
from core.pharmacy.regrading import InContext

LOCAL_CLASSES = frozenset(
    {
        *("nsaid", "heparin", "local_anaesthetic", "corticosteroid", "corticosteroid_inhaled"),
        *("azole_antifungal", "allylamine_antifungal", "antifungal_polyene", "antiherpetic"),
        *("macrolide", "tetracycline", "fluoroquinolone", "aminoglycoside", "amphenicol"),
        *("lincosamide", "rifamycin", "polymyxin", "calcineurin_inhibitor", "vitamin_d_analogue"),
    }
)


def is_local(drug: Drug, tables: Tables) -> bool:
    """Does this drug, put on skin or eye, stay there? No when the table of exceptions says so.

    Without that table nothing is local.
    """
    if "topical_exceptions" in tables.problems or drug.id in tables.still_systemic:
        return False
    return drug.drug_class in LOCAL_CLASSES


def cap(context: InContext) -> InContext:
    """At most minor, but never below what a stated condition raised."""
    derivation = context.derivation
    if RANK[derivation.severity] <= RANK["minor"] or any(a.raised for a in context.applied):
        return context
    capped = Derivation("minor", derivation.decided_by, derivation.findings)
    above = tuple(q for q in context.questions if RANK[q.severity] > RANK[derivation.severity])
    return replace(context, derivation=capped, questions=above, capped_topical=True)
