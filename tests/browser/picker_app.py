"""A page with nothing but the drug field, under the real middleware; used by its browser test."""

from functools import cache
from itertools import product

import streamlit as st
from starlette.middleware import Middleware

from core.ui.drug_picker import Alias, Index, Name, Picked, Words, build_index, drug_picker
from core.ui.server import Guard, owner, source_route

WORDS = Words(
    label="药品名称",
    placeholder="输入药名、商品名或拼音首字母",
    add="添加",
    suggestions="匹配的药品",
    count="{n} 个匹配的药品",
    empty="没有匹配的药名。按 Enter 按原文添加。",
    waiting="还没有添加：按 Enter 或点“添加”。",
)


def name(drug: str, zh: str, pinyin: str, initials: str, *brands: Alias) -> Name:
    main = (Alias(zh, (zh, pinyin), (initials,)), Alias(drug.title(), (drug,)))
    return Name(drug, zh, drug.title(), main + brands)


KNOWN = (
    name(
        "amlodipine",
        "氨氯地平",
        "anlvdiping",
        "aldp",
        Alias("络活喜", ("络活喜", "絡活喜"), ("lhx",)),
    ),
    name(
        "atorvastatin",
        "阿托伐他汀",
        "atuofatating",
        "atftt",
        Alias("立普妥", ("立普妥",), ("lpt",)),
    ),
    name("pitavastatin", "匹伐他汀", "pifatating", "pftt"),
    name("warfarin", "华法林", "huafalin", "hfl", Alias("華法林", ("華法林",))),
    Name("zidovudine", "齐多夫定", "Zidovudine", (Alias("AZT", ("azt",), sure=False),)),
    Name("xss", "<img src=x onerror=alert(1)>", "<b>Evil</b>", (Alias("evil", ("evil",)),)),
)


@cache
def index() -> Index:
    """The known names, filled up to the size of the real list: 720 drugs with some 4,000 names."""
    filler = []
    for a, b, c in list(product("bcdfghjklmn", "aeiou", "bcdfghjklmnprst"))[: 720 - len(KNOWN)]:
        stem = f"qu{a}{b}{c}"
        aliases = [
            Alias(f"{stem}{end}", (f"{stem}{end}",)) for end in ("ol", "ine", "ide", "ate", "um")
        ]
        filler.append(Name(stem, f"{stem}ol", f"{stem}ine", tuple(aliases)))
    return build_index([*KNOWN, *filler])


def main() -> None:
    st.set_page_config(page_title="picker", page_icon="🧪", layout="wide")
    left, right = st.columns(2)
    added: list[Picked] = st.session_state.setdefault("added", [])
    with left:
        above = st.container()
        waiting = drug_picker(index(), key="drugs", words=WORDS, add=added.append)
        st.button("Check")
        st.text_area("Below the field")
    with above:
        for place, pick in enumerate(added):
            st.text(f"{place}|{pick.id}|{pick.text}|{pick.too_long}")
    with right:
        st.text(f"added={len(added)}")
        st.text(f"waiting={waiting}")
        st.text(f"owner={owner(st.context.cookies)}")


if __name__ == "__main__":
    main()
else:
    app = st.App(__file__, routes=[source_route()], middleware=[Middleware(Guard)])
