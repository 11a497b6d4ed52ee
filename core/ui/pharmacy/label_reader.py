"""Label text, pasted or from a PDF: what it states is shown, and joins the list when confirmed.

Limits: a pasted text of `MOST_TYPED` characters, a PDF of 20 MB and 60 pages; each is refused with
its own sentence. A file over 64 MB is refused by Streamlit in the browser, in English.
"""

import streamlit as st

from core.documents import pdf
from core.i18n import Translator
from core.pharmacy.label_text import LabelFact, about_others, read_label
from core.pharmacy.wording import Words
from core.terms.drug_names import drug_names
from core.ui import badges
from core.ui.markup import draw, fill
from core.ui.pharmacy.session import grow

READ, SAID = "label read", "text of the label file"
LIMITS = pdf.Limits()  # 20 MB and 60 pages: a label is a few pages
MOST_TYPED = 40_000  # characters; a label is about 20 000
UPLOADED_MB = 64  # what the browser may send, so that a large file gets our own sentence


def reader(t: Translator, words: Words) -> list[str]:
    """Draws the panel; returns free texts for the emergency check."""
    with st.expander(t("pharmacy.label.title"), key="label", icon=":material/description:"):
        st.caption(t("pharmacy.label.what"))
        with st.form("label-form", border=False):
            name = st.text_input(t("pharmacy.label.name"), key="label-name", max_chars=120)
            text = st.text_area(t("pharmacy.label.text"), key="label-text", height=120)
            upload = st.file_uploader(
                t("pharmacy.label.file"), type="pdf", key="label-file", max_upload_size=UPLOADED_MB
            )
            if st.form_submit_button(t("pharmacy.label.read"), type="primary"):
                _read(t, name.strip(), text or "", upload)
        _found(t, words)
    return [name, text or "", st.session_state.get(SAID, "")]


def _read(t: Translator, name: str, text: str, upload: "st.typing.UploadedFile | None") -> None:
    for held in (READ, SAID):
        st.session_state.pop(held, None)
    if not name:
        st.warning(t("pharmacy.label.name_needed"))
        return
    if len(text) > MOST_TYPED:
        st.warning(t("pharmacy.list.too_long", length=len(text), most=MOST_TYPED))
        return
    if not text.strip() and upload is None:
        st.warning(t("pharmacy.label.nothing_came"))
        return
    facts = read_label(text)
    if upload is not None:
        facts += _from_file(t, upload)
    facts = about_others(tuple(dict.fromkeys(facts)), name, drug_names())
    if not facts:
        st.info(t("pharmacy.label.nothing"))
        return
    st.session_state[READ] = (name, facts)


def _from_file(t: Translator, upload: "st.typing.UploadedFile") -> tuple[LabelFact, ...]:
    """The size is asked for before a byte is copied."""
    if pdf.too_large(upload.size, LIMITS):
        result = pdf.PdfText("too_large")
    else:
        result = pdf.read_pdf(upload.getvalue(), LIMITS)
    values = pdf.sentence_values(result, LIMITS)
    say = st.caption if result.state == "read" else st.warning
    say(t(result.sentence_key, **values))
    if result.doubtful:
        st.warning(t("document.doubtful", **values))
    st.session_state[SAID] = "\n".join(page.text for page in result.pages)
    return tuple(fact for page in result.pages for fact in read_label(page.text, page.number))


def _found(t: Translator, words: Words) -> None:
    if READ not in st.session_state:
        return
    name, facts = st.session_state[READ]
    draw(badges.origin(t, "quote"), fill('<p class="chain-head">$name</p>', name=name))
    draw("<ol class='chain'>", *(_line(t, words, fact) for fact in facts), "</ol>")
    if not any(fact.usable for fact in facts):
        st.info(t("pharmacy.label.nothing_usable"))
    else:
        st.button(t("pharmacy.label.add"), key="label-add", type="primary", on_click=_add)


def _add() -> None:
    """Joins the list; when there is no room, what was read stays to be added later."""
    name, facts = st.session_state[READ]
    if grow(1, lambda worklist: worklist.add_label(name, facts)):
        for held in (READ, SAID):
            st.session_state.pop(held, None)


def _line(t: Translator, words: Words, fact: LabelFact) -> str:
    if fact.about:
        use = t("pharmacy.label.about", drug=words.name(fact.about))
    else:
        use = t("pharmacy.label.used" if fact.usable else "pharmacy.label.not_used")
    return fill(
        "<li><b>$said</b> <small>$use</small><br><q>$quote</q> <small>$page</small></li>",
        said=says(t, fact),
        use=use,
        quote=fact.quote[:300],
        page=t("pharmacy.label.page", page=fact.page) if fact.page else "",
    )


def says(t: Translator, fact: LabelFact) -> str:
    """`CYP3A4: strong inhibitor`, `CYP2D6: not an inhibitor`."""
    key = f"pharmacy.label.{'not_' if fact.negative else ''}{fact.role}"
    enzyme = t("pharmacy.label.any_cyp") if fact.enzyme == "CYP_any" else fact.enzyme
    strength = t(f"pharmacy.strength.{fact.strength}") if fact.strength else ""
    return t(key, enzyme=enzyme, strength=strength)
