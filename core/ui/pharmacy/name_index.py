"""All drug names, prepared for the type-ahead field in each language.

Knows: the forms by which a name is found: folded, lower case, pinyin, initials of the pinyin.
Does not know: the browser, which searches, and what was chosen.
"""

from functools import cache

from core.i18n import Language
from core.pharmacy.knowledge import knowledge
from core.terms.drug_names import drug_names
from core.terms.folding import fold, initials, pinyin
from core.ui.drug_picker import Alias, Index, Name, build_index


@cache
def picker_index(language: Language) -> Index:
    """All names for the type-ahead field, ready in the reader's language."""
    names = [
        Name(
            drug.id,
            drug.name(language),
            drug.name_zh_cn if language == "en" else drug.name_en,
            aliases().get(drug.id, ()),
        )
        for drug in knowledge().drugs.values()
    ]
    return build_index(names)


@cache
def aliases() -> dict[str, tuple[Alias, ...]]:
    """The written forms of each drug, the same for every reader."""
    by_drug: dict[str, list[Alias]] = {}
    for name in drug_names().names:
        chinese = name.language != "en"
        keys = (fold(name.text), name.text.lower())
        sounds = (pinyin(name.text),) if chinese else ()
        first = (initials(name.text),) if chinese else ()
        alias = Alias(name.text, tuple(dict.fromkeys(keys + sounds)), first, sure=name.in_text)
        by_drug.setdefault(name.drug, []).append(alias)
    return {drug: tuple(held) for drug, held in by_drug.items()}
