"""Makes `assets/pharmacy` and `assets/terms` from a folder of interaction fact tables.

    python tools/import_facts.py FACTS_FOLDER VERSION

Knows how the columns of both sides correspond and which mark a row carries. Invents nothing: a row
without a mark of its own gets the mark of its source, and anything not read at a copy is `recall`.
"""

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
READ_AT_A_COPY = {"FDA-CYP-2026", "ONC-HP-2012", "ONC-NI-2013", "HL7-PDDI-CDS"}
OURS = {
    "source_id": "AUSCULT",
    "title": "Convention of this project: grade table, duplication groups, high-risk list",
    "url": "docs/knowledge.md",
    "licence": "AGPL-3.0-or-later",
    "note": "Not a published standard; needs clinical sign-off",
}
# Names of products that hold another drug than the row they were listed under. Taking such a name
# would leave that drug out of the check without a word; without the name it is "not covered".
HOLDS_MORE = {
    "Vicodin": "paracetamol",
    "Suboxone": "naloxone",
    "Cafergot": "caffeine",
    "Parafon": "paracetamol, in some countries",
    "胃舒平": "magnesium trisilicate and belladonna extract",
    "复方氢氧化铝": "magnesium trisilicate and belladonna extract",
    "複方氫氧化鋁": "magnesium trisilicate and belladonna extract",
    "复方甘草片": "opium",
    "複方甘草片": "opium",
    "复方甘草酸苷": "amino acids",
    "複方甘草酸苷": "amino acids",
    "复方丹参": "two more herbal drugs",
    "複方丹參": "two more herbal drugs",
    "碳酸钙D3": "vitamin D3",
    "碳酸鈣D3": "vitamin D3",
    "钙尔奇": "vitamin D3",
    "Caltrate": "vitamin D3, in most of its products",
    "白加黑": "diphenhydramine, in the tablet for the night",
    "屈螺酮炔雌醇": "drospirenone, which raises potassium",
    "Yaz": "drospirenone, which raises potassium",
    "Yasmin": "drospirenone, which raises potassium",
    "优思明": "drospirenone, which raises potassium",
}
# Common spellings that the fact tables do not hold: drug, language, kind, text_safe and the reason.
ADDED = {
    "拜阿司匹林": ("aspirin", "zh-CN", "brand", "yes", "common spelling of the brand 拜阿司匹灵"),
}
Row = dict[str, str]


def read(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def write(path: Path, columns: str, rows: Iterable[Row]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = columns.split()
    count = 0
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: row[name] for name in names})
            count += 1
    return count


def mark(source: str) -> str:
    """`source_copy` only when every named source was read at a copy."""
    heads = {part.strip().split()[0] for part in source.split(";") if part.strip()}
    return "source_copy" if heads and heads <= READ_AT_A_COPY else "recall"


def selector(row: Row, side: str) -> str:
    return f"{row[side + '_type']}:{row[side]}"


def marked(rows: list[Row]) -> list[Row]:
    return [{**row, "verified": row.get("verified") or mark(row["source"])} for row in rows]


def conventions(rows: list[Row]) -> list[Row]:
    return [{**row, "source": "AUSCULT", "verified": "convention"} for row in rows]


def pairs(folder: Path) -> list[Row]:
    checks = {row["id"]: row for row in read(folder, "pair_checks")}
    none = {"verdict": "", "source_url": "", "note": ""}
    return [
        {
            **row,
            "a": selector(row, "a"),
            "b": selector(row, "b"),
            "check_verdict": checks.get(row["id"], none)["verdict"],
            "check_url": checks.get(row["id"], none)["source_url"],
            "check_note": checks.get(row["id"], none)["note"],
        }
        for row in read(folder, "pairs")
    ]


def context(folder: Path) -> list[Row]:
    # The note of X007 itself excludes liver disease, so a stated liver impairment blocks the row.
    unless = {"X007": "hepatic_impairment"}
    return [
        {
            **row,
            "a": selector(row, "a"),
            "b": selector(row, "b"),
            "unless": unless.get(row["id"], ""),
        }
        for row in marked(read(folder, "context_modifiers"))
    ]


def food(folder: Path, kind: str) -> list[Row]:
    return [row for row in marked(read(folder, "food_timing")) if row["kind"] == kind]


def drug_names(folder: Path) -> list[Row]:
    listed = [
        {**row, "name": row["alias"], "kind": row["type"]}
        for row in read(folder, "aliases")
        if row["alias"] not in HOLDS_MORE
    ]
    columns = ("drug_id", "lang", "kind", "text_safe", "reason")
    added = [{"name": n, **dict(zip(columns, row, strict=True))} for n, row in ADDED.items()]
    return listed + added


def tables(folder: Path) -> dict[str, tuple[str, list[Row]]]:
    texts = "effect_en effect_zh management_en management_zh"
    drugs = marked(read(folder, "drugs"))
    for row in drugs:
        row["drug"] = row["id"]
    return {
        "drugs": (
            "id name_en name_zh_cn name_zh_tw atc drug_class kind coverage therapeutic_index "
            "ti_direction ti_source critical_for critical_source components source verified "
            "zh_verified confidence",
            drugs,
        ),
        "enzyme_roles": (
            "drug_id enzyme role strength direction source confidence verified note",
            marked(read(folder, "cyp_transporter")),
        ),
        "effects": (
            "drug_id effect grade source confidence verified",
            marked(read(folder, "pd_effects")),
        ),
        "classes": ("class_id name_en name_zh members", read(folder, "classes")),
        "pairs": (
            "id a b severity object mechanism_type effect_en effect_zh mechanism_en mechanism_zh "
            "management_en management_zh alternatives evidence source confidence verified "
            "check_verdict check_url check_note",
            pairs(folder),
        ),
        "exposure_rules": (
            "rule_id action target strength sensitivity therapeutic_index critical severity "
            "predicted_change_en predicted_change_zh source verified",
            conventions(read(folder, "pk_rules")),
        ),
        "effect_rules": (
            f"rule_id group a_selector b_selector severity {texts} suppressed_by source verified",
            marked(read(folder, "pd_rules")),
        ),
        "three_drug_rules": (
            f"rule_id a_selector b_selector c_selector severity {texts} source verified",
            marked(read(folder, "multi_rules")),
        ),
        "duplicate_groups": (
            "drug_class duplicate_group severity source verified",
            conventions(read(folder, "duplicate_rules")),
        ),
        "food": (
            "drug_id food severity detail_en detail_zh source confidence verified",
            food(folder, "food"),
        ),
        "timing": (
            "drug_id with_food detail_en detail_zh source confidence verified",
            food(folder, "timing"),
        ),
        "context": (
            "id a b condition value severity note_en note_zh unless source verified",
            context(folder),
        ),
        "topical_exceptions": (
            "drug_id route reason_en reason_zh source verified",
            marked(read(folder, "route_exceptions")),
        ),
        "sources": ("source_id title url licence note", [*read(folder, "sources"), OURS]),
    }


def main(folder: Path, version: str) -> None:
    home = ASSETS / "pharmacy"
    counts = {name: write(home / f"{name}.csv", *table) for name, table in tables(folder).items()}
    changes = home / "grade_changes.csv"
    if not changes.exists():
        write(changes, "row old new source reason", [])
    manifest = {"name": "Auscult interaction tables", "version": version, "rows": counts}
    (home / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    write(
        ASSETS / "terms" / "drug_names.csv",
        "name drug_id lang kind text_safe",
        drug_names(folder),
    )
    write(
        ASSETS / "terms" / "drug_name_traps.csv",
        "phrase blocks_drug_id reason",
        read(folder, "text_blockers"),
    )
    print(counts)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
