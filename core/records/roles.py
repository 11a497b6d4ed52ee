"""Who may do what: one table of role, page and action.

Knows: the closed sets. What is not in the table is refused.
Does not know: who is signed in, nor how a page asks.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["nurse", "doctor", "pharmacist", "administrator"]
Page = Literal["home", "pharmacy", "people"]
Action = Literal["see", "check", "override", "manage", "audit", "erase"]
ROLES: tuple[Role, ...] = get_args(Role)
PAGES: tuple[Page, ...] = get_args(Page)
ACTIONS: tuple[Action, ...] = get_args(Action)

_SEE: frozenset[Action] = frozenset({"see"})
_CHECK: frozenset[Action] = frozenset({"see", "check"})
_DECIDE: frozenset[Action] = frozenset({"see", "check", "override"})
_RUN: frozenset[Action] = frozenset({"see", "manage", "audit", "erase"})
# An administrator sets up people and erases; a decision about a patient is a clinician's.
TABLE: Mapping[Role, Mapping[Page, frozenset[Action]]] = {
    "nurse": {"home": _SEE, "pharmacy": _CHECK},
    "doctor": {"home": _SEE, "pharmacy": _DECIDE},
    "pharmacist": {"home": _SEE, "pharmacy": _DECIDE},
    "administrator": {"home": _SEE, "pharmacy": _CHECK, "people": _RUN},
}


def may(role: Role, page: Page, action: Action) -> bool:
    return action in TABLE[role].get(page, frozenset())
