"""What an interaction check costs, each figure beside a peer of the same run.

    .venv/bin/python bench/pharmacy.py [--lists 100] [--seed 15]

Needs no browser, no model, no network. `docs/performance.md` says what the peers are and why.
"""

import argparse
import difflib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from figures import HEAD, alternating, line, timed
from row_scan import RowScan

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from core.i18n import translator  # noqa: E402
from core.pharmacy.alternatives import alternatives  # noqa: E402
from core.pharmacy.checker import Check, check  # noqa: E402
from core.pharmacy.knowledge import Knowledge, load  # noqa: E402
from core.pharmacy.report import as_json  # noqa: E402
from core.pharmacy.wording import Words  # noqa: E402
from core.terms.drug_list import Item, read_list, read_name  # noqa: E402
from core.terms.drug_names import DrugNames, drug_names  # noqa: E402
from core.terms.folding import initials, pinyin  # noqa: E402

ASSETS = ROOT / "assets"
DRUGS = 15
KEYS = "abcdefghijklmnopqrstuvwxyz"
LOADED = (
    "import time; begun = time.perf_counter(); {work}; print((time.perf_counter() - begun) * 1000)"
)


def full(items: list[Item], known: Knowledge) -> Check:
    """A check, with the alternatives of every pair that was found."""
    answer = check(items, known)
    for pair in answer.pairs:
        if pair.state == "interaction":
            alternatives(pair, answer.medicines, known)
    return answer


def checks(lists: list[list[str]], known: Knowledge) -> list[str]:
    """Lists of 15 drugs: nothing remembered, everything remembered, and from names to JSON."""
    names, words, scan = (
        drug_names(),
        Words(translator("zh-CN"), known.profiles),
        RowScan(ASSETS / "pharmacy"),
    )
    typed = [[known.drugs[drug].name_zh_cn for drug in ids] for ids in lists]
    given = [[Item(drug, (drug,), "chosen") for drug in ids] for ids in lists]

    def warm(n: int) -> float:
        full(given[n], known)
        return timed(lambda: full(given[n], known))

    def answer(n: int) -> str:
        fresh = replace(known, _derived={})
        items = [read_name(name, names) for name in typed[n]]
        return json.dumps(as_json(check(items, fresh), fresh, words), ensure_ascii=False)

    acts: dict[str, Callable[[int], float]] = {
        "check": lambda n: timed(lambda: check(given[n], replace(known, _derived={}))),
        "check and alternatives, first time": lambda n: timed(
            lambda: full(given[n], replace(known, _derived={}))
        ),
        "check and alternatives, repeated": warm,
        "from names to JSON, first time": lambda n: timed(lambda: answer(n)),
    }
    said = []
    for what, act in acts.items():
        own, peer = alternating(act, lambda n: timed(lambda: scan.check(lists[n])), len(lists))
        said.append(line(f"{DRUGS} drugs: {what}", own, peer, goal_ms=20))
    return said


def slips(rng: random.Random, names: DrugNames, count: int) -> dict[str, list[str]]:
    """Names as hurried people type them: one slip each, initials as they are."""
    english = [n.text for n in names.names if n.language == "en" and len(n.text) > 5]
    chinese = [n.text for n in names.names if n.language != "en" and len(n.text) > 2]
    signs = sorted({sign for text in chinese for sign in text if "\u4e00" <= sign <= "\u9fff"})
    return {
        "English": [_slip(rng, text, KEYS) for text in rng.choices(english, k=count)],
        "pinyin": [_slip(rng, pinyin(text), KEYS) for text in rng.choices(chinese, k=count)],
        "pinyin initials": [initials(text) for text in rng.choices(chinese, k=count)],
        "Chinese": [_slip(rng, text, signs) for text in rng.choices(chinese, k=count)],
    }


def _slip(rng: random.Random, text: str, signs: "str | list[str]") -> str:
    """One sign wrong, missing or too many."""
    at = rng.randrange(len(text))
    put = rng.choice(("", rng.choice(signs), text[at] + rng.choice(signs)))
    return text[:at] + put + text[at + 1 :]


def naming(rng: random.Random, known: Knowledge, count: int) -> list[str]:
    """Names as typed: the drug that is meant, and the near names that are offered."""
    names, said = drug_names(), []
    forms = list(names.by_form)
    for kind, typed in slips(rng, names, count).items():
        own, peer = alternating(
            lambda n, typed=typed: timed(lambda: (names.resolve(typed[n]), names.near(typed[n]))),
            lambda n, typed=typed: timed(lambda: difflib.get_close_matches(typed[n], forms, 5)),
            count,
        )
        said.append(line(f"near names, {kind}", own, peer, goal_ms=10))
    pasted = [
        "\n".join(
            f"{n}. {known.drugs[drug].name_zh_cn}片 20mg qn" for n, drug in enumerate(chosen, 1)
        )
        for chosen in (rng.sample(sorted(known.drugs), DRUGS) for _ in range(count))
    ]
    own, peer = alternating(
        lambda n: timed(lambda: read_list(pasted[n], names)),
        lambda n: timed(
            lambda: [difflib.get_close_matches(x, forms, 1) for x in pasted[n].split("\n")[:1]]
        ),
        count,
    )
    said.append(line(f"{DRUGS} pasted lines (peer: one name)", own, peer))
    return said


def fresh_ms(work: str) -> float:
    """Time of some work in a new interpreter, its own start not counted."""
    code = LOADED.format(work=work)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    return float(done.stdout)


def starting(rounds: int) -> list[str]:
    """Import, tables and names in a new process, against importing Streamlit and plain reading."""
    imported = "import core.pharmacy.report, core.terms.drug_list"
    tables = "from core.pharmacy.knowledge import knowledge; knowledge()"
    named = "from core.terms.drug_names import drug_names; drug_names()"
    own, peer = alternating(
        lambda _: fresh_ms(imported), lambda _: fresh_ms("import streamlit"), rounds
    )
    said = [line("import (peer: import streamlit)", own, peer)]
    own, peer = alternating(
        lambda _: fresh_ms(f"{tables}; {named}"), lambda _: fresh_ms("import streamlit"), rounds
    )
    said.append(line("import, tables, names (peer: import streamlit)", own, peer))
    return said


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lists", type=int, default=100, help="lists of 15 drugs (default 100)")
    parser.add_argument("--seed", type=int, default=15)
    asked = parser.parse_args(arguments)
    rng = random.Random(asked.seed)
    known = load(ASSETS / "pharmacy")
    lists = [rng.sample(sorted(known.drugs), DRUGS) for _ in range(asked.lists)]
    print(
        f"{len(known.drugs)} drugs, {len(drug_names().by_form)} names; times in ms", HEAD, sep="\n"
    )
    print(*checks(lists, known), sep="\n", flush=True)
    print(*naming(rng, known, max(1, asked.lists // 2)), sep="\n", flush=True)
    print(*starting(max(1, asked.lists // 15)), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
