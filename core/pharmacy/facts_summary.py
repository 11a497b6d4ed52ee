"""What `python -m core pharmacy facts` prints: counts, version, marks, and what fails."""

from core.errors import BadTable
from core.i18n import Translator
from core.pharmacy.knowledge import Knowledge


def text(knowledge: Knowledge, names: BadTable | None, t: Translator) -> str:
    """One line per table, then the problems; `names` is what is wrong with the drug names."""
    tables = knowledge.tables
    problems = [*tables.problems.values(), *([names] if names else [])]
    lines = [t("pharmacy.facts.title", version=knowledge.version, digest=knowledge.digest)]
    for name, rows in tables.rows.items():
        marks = ", ".join(f"{mark} {n}" for mark, n in sorted(tables.marks[name].items()))
        lines.append(f"  {name:20}{rows:6}  {marks}".rstrip())
    for problem in problems:
        lines.append(t(problem.key, **problem.values))
    lines.append(t("pharmacy.facts.problems", count=len(problems)))
    return "\n".join(lines)
