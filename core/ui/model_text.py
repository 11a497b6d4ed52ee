"""Text of a model as a page may show it: every sign drawn, with words for what the gate did.

Knows: what was judged is what is drawn, letter by letter, but for `**` around words and the sign of
a list item; a held sentence is named, a restated row is marked as the rule's. Does not know: what
was held.
"""

from core.i18n import Translator
from core.safety.escaping import markdown_safe
from core.ui.gate import HELD, RULE, RULE_END


def markdown(t: Translator, said: str) -> str:
    """Model text for `st.markdown`, in which nothing else than bold and lists acts."""
    held = f"*[{t('model.held_back')}]*"
    rule = t("origin.rule")
    safe = markdown_safe(said, HELD + RULE + RULE_END).replace("\n", "  \n")  # lines stay lines
    return safe.replace(HELD, f" {held} ").replace(RULE, "").replace(RULE_END, f" *({rule})* ")
