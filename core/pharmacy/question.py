"""What a free question about the list asks: topics, foods, and which medicines it names.

Knows: names as people write them, also such that are too short to be searched for elsewhere, where
words of a question stand on both sides; endings of names that no table holds. A topic that no word
shows is not guessed. Does not know: rows, classes of medicines, what follows from an earlier
question.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import BadInput
from core.pharmacy.checker import Medicine
from core.pharmacy.derivation import FOOD_AS_DRUG
from core.pharmacy.question_words import PERMISSION, TOPICS, Recognised, Topic, recognise
from core.terms.drug_names import DrugNames, drug_names
from core.terms.folding import fold

LONGEST = 500  # characters of one question; a longer one is refused whole
_BORDER = "和与跟及或吃服用加同把对给的是能可会要怎饭空还有为应该需呢吗喝在被由让"
_BEFORE = rf"(?:^|(?<=[\s\0，,。.?？!！、;；:：+/(){_BORDER}]))"
_BEHIND = rf"(?=$|[\s\0，,。.?？!！、;；:：+/(){_BORDER}])"
# In a question these are often what is measured and no medicine.
_MEASURED = frozenset({"potassium", "calcium", "magnesium", "zinc", "iron"})
_MEASURES = re.compile(r"\b(?:levels?|monitor\w*|check\w*|measur\w*|serum|rais\w*|high|low)\b")
_ENDINGS = re.compile(
    r"(?<![a-z])[a-z]{3,}(?:mab|nib|pril|sartan|statin|olol|azole|mycin|cillin|floxacin|xaban|"
    r"gliptin|gliflozin|prazole|dipine|azepam|zolam|triptan|parin|glutide|cycline|setron|lukast|"
    r"vaptan|oxetine|afil|dronate|profen|fibrate|ciclib|limus|mab-\w{4})(?![a-z])"
    rf"|[^\W\d_a-z{_BORDER}]{{1,4}}(?:他汀|沙坦|普利|洛尔|地平|沙星|西林|霉素|拉唑|替尼|单抗|沙班|"
    r"格列净|列汀|鲁肽|唑仑|西泮|康唑|昔布|莫司|布洛芬|西利|帕利|洛韦|拉韦)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """`named`: ids of medicines in the question, `unknown`: names in it that no table holds."""

    text: str
    topics: tuple[Topic, ...]
    foods: tuple[str, ...] = ()
    patient: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def asks(self, *topics: Topic) -> bool:
        return any(topic in self.topics for topic in topics)


def read_question(text: str, medicines: Iterable[Medicine] = ()) -> Question:
    """Reads a question about these medicines; `BadInput` for one that is too long."""
    if len(text) > LONGEST:
        raise BadInput("pharmacy.asking.too_long", length=len(text), most=LONGEST)
    folded = fold(text)
    named, rest = _named(folded, tuple(medicines), drug_names())
    foods = tuple(FOOD_AS_DRUG[drug] for drug in named if drug in FOOD_AS_DRUG)
    drugs = tuple(drug for drug in named if drug not in FOOD_AS_DRUG)
    unknown = tuple(dict.fromkeys(found.group().strip() for found in _ENDINGS.finditer(rest)))
    said = recognise(_ENDINGS.sub(" ", rest))
    topics = _topics(said, drugs, bool(foods), bool(unknown))
    also = recognise(folded).of("food")  # 低钠盐 is a food and the name of a medicine
    if also:
        topics |= {"food"}
    return Question(
        text=text.strip(),
        topics=tuple(topic for topic in TOPICS if topic in topics) or ("not_held",),
        foods=tuple(dict.fromkeys((*foods, *said.of("food"), *also))),
        patient=said.of("patient"),
        named=drugs,
        unknown=unknown,
    )


def _topics(said: Recognised, drugs: tuple[str, ...], foods: bool, unknown: bool) -> set[str]:
    """Those that words show; names beside each other, or “can I”, ask for interactions."""
    found = set(said.topics - {PERMISSION}) | ({"food"} if foods else set())
    if "not_held" in found:
        found -= {"management"}  # “what to do” about a missed dose asks for no management
    several = len(drugs) > 1 and not found - {"patient"}
    asked_alone = bool(drugs or unknown) and PERMISSION in said.topics and not found
    return found | ({"interaction"} if several or asked_alone else set())


def _named(
    folded: str, medicines: tuple[Medicine, ...], names: DrugNames
) -> tuple[tuple[str, ...], str]:
    """Ids in the order of the question, and the question with their names blanked out."""
    found: dict[int, str] = {}
    rest = folded
    mentions = [(m.start, m.end, m.drug) for m in names.mentions(folded)]
    for start, end, drug in [*mentions, *_typed(folded, medicines), *_short(folded, names)]:
        if "\0" not in rest[start:end]:
            found[start] = drug
            rest = rest[:start] + "\0" * (end - start) + rest[end:]
    in_order = dict.fromkeys(found[start] for start in sorted(found))
    return tuple(in_order), re.sub("\0+", " ", rest)


def _typed(folded: str, medicines: tuple[Medicine, ...]) -> Iterable[tuple[int, int, str]]:
    """Medicines of the list by the words with which they stand there."""
    for medicine in medicines:
        typed = fold(medicine.item.text)
        alone = len(medicine.item.drugs) == 1 and len(typed) > 1
        for found in re.finditer(re.escape(typed), folded) if alone else ():
            yield *found.span(), medicine.id


def _short(folded: str, names: DrugNames) -> Iterable[tuple[int, int, str]]:
    """Names that running text may hold by chance, where they stand by themselves."""
    left = _MEASURED if _MEASURES.search(folded) else ()
    for form, drug in names.by_form.items():
        if form in folded and form not in names.in_text and form not in left:
            for found in re.finditer(_BEFORE + re.escape(form) + _BEHIND, folded):
                yield *found.span(), drug
