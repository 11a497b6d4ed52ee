"""What `python -m core pharmacy facts` prints: counts, version, marks, and what fails."""

from core.i18n import Translator
from core.pharmacy.knowledge import Knowledge


def text(knowledge: Knowledge, t: Translator) -> str:
    """One line per table, then the problems."""
    tables = knowledge.tables
    lines = [t("pharmacy.facts.title", version=knowledge.version, digest=knowledge.digest)]
    for name, rows in tables.rows.items():
        marks = ", ".join(f"{mark} {n}" for mark, n in sorted(tables.marks[name].items()))
        lines.append(f"  {name:20}{rows:6}  {marks}".rstrip())
    for problem in tables.problems.values():
        lines.append(t(problem.key, **problem.values))
    lines.append(t("pharmacy.facts.problems", count=len(tables.problems)))
    return "\n".join(lines)
