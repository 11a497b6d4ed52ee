"""Characters of a text layer as a person would see them, and the doubt where one may hide another.

Knows: soft hyphens, invisible and control characters, Kangxi radicals, private use.
Does not know: what was drawn; a character that may hide a sign becomes U+FFFD and raises doubt.
"""

import re
import unicodedata

_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def clean(text: str) -> tuple[str, bool]:
    """Text without characters that are not seen, and whether one of them may hide another.

    A soft hyphen between letters goes, with its line break. Elsewhere many fonts give it for the
    hyphen or minus they draw ("2-4 mg"), so there it becomes one.
    """
    text = re.sub(r"(?<=[^\W\d_])\u00ad\n?(?=[^\W\d_])", "", text)
    doubtful = "\u00ad" in text
    out = []
    for character in text.replace("\u00ad", "-"):
        shown, doubt = _seen(character)
        out.append(shown)
        doubtful |= doubt
    return "".join(out).strip(), doubtful


def _seen(character: str) -> tuple[str, bool]:
    if character in "\n\t":
        return character, False
    if "\u2f00" <= character <= "\u2fd5":
        # Chinese fonts give Kangxi radicals for the same-looking everyday characters.
        return unicodedata.normalize("NFKC", character), False
    kind = unicodedata.category(character)
    if kind == "Cf":
        return "", False
    if kind in ("Cc", "Cs", "Cn"):
        # Something was drawn here, perhaps the sign that makes the dose.
        return "\ufffd", True
    return character, kind == "Co" or character == "\ufffd" or "\u2e80" <= character <= "\u2eff"


def bare(text: str) -> str:
    """Without blanks, hyphens and ligatures, which ActualText restores in honest files."""
    return re.sub(r"[\s\u00ad\u2010-]", "", unicodedata.normalize("NFKC", text))


def raised(text: str) -> str:
    """Its digits and signs as exponents: 10⁹ and never 109."""
    return text.translate(_RAISED)
