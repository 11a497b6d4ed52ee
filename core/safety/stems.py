"""English words without their endings: swallowed, swallowing and swallows are one word.

Knows: common endings, irregular forms from `english_forms.csv`, fillers that carry nothing, words
that deny, one slip of the finger in a word of six letters or more. Does not know: Chinese, grammar.
"""

import re
from collections.abc import Mapping

from rapidfuzz.distance import OSA

Forms = Mapping[str, str]
TOKEN = re.compile(
    r"can(?:'?t|not| not)\b|could(?:n't| not)\b|unable\b|[a-z]+n't\b"
    r"|[a-z]+|\d+(?:\.\d+)?|[.!?;,:\n。、]"
)
_CANNOT = re.compile(r"can(?:'?t|not| not)|could(?:n't| not)|unable")
_NOT = frozenset(
    {"not", "no", "without", "never", "denies", "denied", "deny", "dont", "didnt", "isnt"}
)
_FILLERS = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "at", "is", "are", "was", "were", "be", "been",
    "have", "has", "had", "i", "he", "she", "it", "and", "or", "for", "with", "from", "by", "im",
    "ive", "am", "s", "d", "m", "ve", "re", "up", "do", "does", "did", "very", "so", "really",
    "that", "this", "some",
})  # fmt: skip


class Vocabulary:
    """Makes stems, and knows what is one slip away from the `stems` that phrases use."""

    def __init__(self, stems: frozenset[str], forms: Forms) -> None:
        self.stems = stems
        self.forms = forms
        self._near: dict[str, list[str]] = {}
        for known in stems:
            for form in _deletions(known) if len(known) >= 5 else ():
                self._near.setdefault(form, []).append(known)

    def stem(self, word: str) -> str:
        """A word without its common endings, irregular forms made regular."""
        if word not in self.forms:
            word = _without_ending(word)
        word = self.forms.get(word, word)
        return word.rstrip("e") if len(word) > 3 else word

    def of(self, word: str) -> tuple[str, ...]:
        """The stem of `word`, or every known stem one slip away: "blance" is balance and blanch."""
        root = self.stem(word)
        if root in self.stems or len(word) < 6:
            return (root,)
        known = {known for form in _deletions(root) for known in self._near.get(form, ())}
        near = (k for k in known if k[0] == root[0] and OSA.distance(k, root) == 1)
        return tuple(sorted(near)) or (root,)

    def roots(self, token: str) -> tuple[str, ...]:
        """What a token counts as: its stems, `not`, `cannot`, or nothing for a filler."""
        if _CANNOT.fullmatch(token):
            return ("cannot",)
        if token in _NOT or (token.endswith("n't") and not token.startswith(("can", "could"))):
            return ("not",)
        return () if token in _FILLERS else self.of(token)

    def all_roots(self, text: str) -> tuple[str, ...]:
        """The roots of a text, each once, in their order."""
        tokens = (m.group() for m in TOKEN.finditer(text) if m.group()[0].isalnum())
        return tuple(dict.fromkeys(root for token in tokens for root in self.roots(token)))


def _deletions(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _without_ending(word: str) -> str:
    for ending in ("ing", "ied", "ies", "ed", "es", "s"):
        root = word.removesuffix(ending)
        if root == word or len(root) < 3 or word.endswith(("ss", "eed")):
            continue
        if ending in ("ied", "ies"):
            return root + "y"
        return (
            root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "sl" else root
        )
    return word
