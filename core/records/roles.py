"""Who may do what: one table of role, page and action.

Knows: the closed sets. What is not in the table is refused.
Does not know: who is signed in, nor how a page asks.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["nurse", "doctor", "pharmacist", "administrator"]
Page = Literal["home", "pharmacy", "model", "people"]
Action = Literal["see", "own_pin", "check", "override", "manage", "audit", "erase"]
ROLES: tuple[Role, ...] = get_args(Role)
PAGES: tuple[Page, ...] = get_args(Page)
ACTIONS: tuple[Action, ...] = get_args(Action)

_HOME: frozenset[Action] = frozenset({"see", "own_pin"})
_CHECK: frozenset[Action] = frozenset({"see", "check"})
_DECIDE: frozenset[Action] = frozenset({"see", "check", "override"})
_MODEL: frozenset[Action] = frozenset({"see", "manage"})
_RUN: frozenset[Action] = frozenset({"see", "manage", "audit", "erase"})
# In a small practice the person who sets it up is its doctor, so an administrator decides too; the
# record of a decision names the role.
TABLE: Mapping[Role, Mapping[Page, frozenset[Action]]] = {
    "nurse": {"home": _HOME, "pharmacy": _CHECK},
    "doctor": {"home": _HOME, "pharmacy": _DECIDE},
    "pharmacist": {"home": _HOME, "pharmacy": _DECIDE},
    "administrator": {"home": _HOME, "pharmacy": _DECIDE, "model": _MODEL, "people": _RUN},
}


def may(role: Role, page: Page, action: Action) -> bool:
    return action in TABLE[role].get(page, frozenset())
