"""Words for what was found: effect, mechanism, what to do, the chain of the derivation.

Knows: sentences of table rows as they stand, and composed sentences for derived findings, each from
the catalogues. Adds no clinical statement: where the tables hold no advice it says so.
Does not know: screens. Every text is plain; who shows it escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.i18n import Translator
from core.pharmacy.checker import Pair
from core.pharmacy.context import Question
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import Source
from core.pharmacy.findings import ExposureChain, Finding


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a derivation: what holds, and the source that says so (none for our own rule)."""

    text: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Says findings in one language with the names of one set of drugs."""

    t: Translator
    profiles: Mapping[str, Profile]

    def name(self, drug: str) -> str:
        return self.profiles[drug].drug.name(self.t.language)

    def names(self, drugs: "tuple[str, ...] | list[str]") -> str:
        return self.t("list.comma").join(map(self.name, drugs))

    def pair(self, pair: Pair) -> str:
        return f"{self.name(pair.a.id)} + {self.name(pair.b.id)}"

    def effect(self, finding: Finding) -> str:
        if finding.effect:
            return self.t.text(finding.effect)
        if finding.chain:
            key = f"pharmacy.exposure.{finding.chain.active_drug}"
            predicted = self.t.text(finding.chain.predicted)
            return self.t(key, drug=self.name(finding.between[0]), predicted=predicted)
        if finding.kind == "duplicate_group":
            return self.t("pharmacy.duplicate.group", group=self.group(finding.group))
        return self.t("pharmacy.duplicate.ingredient", drug=self.name(finding.between[0]))

    def group(self, group: str) -> str:
        return self.t(f"pharmacy.group.{group}")

    def mechanism(self, finding: Finding) -> str:
        """Why, in one or two sentences."""
        if finding.row:
            return self.t.text(finding.row.mechanism)
        if finding.chain:
            return self.t("list.sentence").join(step.text for step in self._chain(finding)[:2])
        if finding.kind == "effect":
            return self.t("pharmacy.mechanism.effects", tags=self._tags(finding))
        if finding.kind == "food":
            return self.t("pharmacy.mechanism.food")
        return self.t("pharmacy.mechanism.duplicate")

    def management(self, finding: Finding) -> str:
        """What to do as the tables say it, or that they hold no advice for this result."""
        if finding.management:
            return self.t.text(finding.management)
        if finding.kind == "food" and finding.effect:
            return self.t.text(finding.effect)
        if finding.is_duplicate:
            return self.t("pharmacy.manage.duplicate")
        return self.t("pharmacy.manage.none_held")

    def steps(self, finding: Finding) -> tuple[Step, ...]:
        """The derivation of one finding, from facts to grade."""
        grade = self.severity(finding.severity)
        if finding.chain:
            ruled = self.t("pharmacy.step.rule", rule=finding.rule, severity=grade)
            return (*self._chain(finding), Step(ruled, finding.sources[-1]))
        if finding.row:
            key = "pair_row" if finding.kind == "pair_row" else "class_row"
            text = self.t(f"pharmacy.step.{key}", rule=finding.rule, severity=grade)
            return (Step(self.mechanism(finding)), Step(text, finding.row.source))
        text = self.t("pharmacy.step.rule", rule=finding.rule, severity=grade)
        source = finding.sources[0] if finding.sources else None
        return (Step(self.mechanism(finding)), Step(text, source))

    def _chain(self, finding: Finding) -> tuple[Step, ...]:
        chain = finding.chain
        assert chain is not None
        on, by = finding.between
        acts = Step(self._acts(chain, self.name(by)), chain.by.source)
        handled = self.t(
            f"pharmacy.role.{chain.on.role}", drug=self.name(on), enzyme=chain.on.enzyme
        )
        steps = [acts, Step(handled, chain.on.source)]
        steps.append(
            Step(self.t("pharmacy.step.predicted", predicted=self.t.text(chain.predicted)))
        )
        if chain.therapeutic_index:
            key = "counts" if chain.index_counts else "not_counted"
            index = self.t(f"pharmacy.index.{chain.therapeutic_index}")
            steps.append(
                Step(self.t(f"pharmacy.step.index_{key}", drug=self.name(on), index=index))
            )
        if chain.critical:
            steps.append(Step(self.t("pharmacy.step.critical", drug=self.name(on))))
        return tuple(steps)

    def _acts(self, chain: ExposureChain, by: str) -> str:
        strength = self.t(f"pharmacy.strength.{chain.by.strength or 'assumed'}")
        return self.t(
            f"pharmacy.role.{chain.by.role}", drug=by, enzyme=chain.by.enzyme, strength=strength
        )

    def _tags(self, finding: Finding) -> str:
        words = [self.t(f"pharmacy.tag.{tag}") for tag in finding.tags]
        return self.t("list.comma").join(words) if words else finding.rule

    def severity(self, severity: str) -> str:
        return self.t(f"pharmacy.severity.{severity}")

    def evidence(self, finding: Finding) -> str:
        return self.t(f"pharmacy.evidence.{finding.evidence}")

    def mark(self, source: Source) -> str:
        return self.t(f"pharmacy.mark.{source.verified}")

    def source(self, source: Source) -> str:
        """`USPI warfarin s7 (not re-read at its source)`."""
        return self.t("pharmacy.source.marked", source=source.name, mark=self.mark(source))

    def reason(self, pair: Pair) -> str:
        """Why a pair was not checked."""
        names = self.names(pair.not_covered)
        return self.t(f"pharmacy.not_checked.{pair.reason}", names=names)

    def question(self, question: Question) -> str:
        drug = self.name(question.drug) if question.drug else ""
        ask = self.t(f"pharmacy.ask.{question.condition}", value=self._value(question), drug=drug)
        becomes = self.t("pharmacy.ask.becomes", severity=self.severity(question.severity))
        return f"{ask} {becomes}"

    def _value(self, question: Question) -> str:
        if question.condition in {"indication", "history", "monitoring", "route_a", "route_b"}:
            return self.t(f"pharmacy.value.{question.value}")
        return question.value
