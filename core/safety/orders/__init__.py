"""Text of a model that reads as an order: found, held back, or passed as the text of a rule.

The product never prescribes. `judge` finds orders in a whole text, `Gate` does the same while a
text arrives, `restates` lets the management of a cited row through. What counts: docs/orders.md.
"""

from core.safety.orders.gate import Gate, Piece, judge
from core.safety.orders.restating import CitedRow, restates
from core.safety.orders.sentence import Span, Why

__all__ = ["CitedRow", "Gate", "Piece", "Span", "Why", "judge", "restates"]
