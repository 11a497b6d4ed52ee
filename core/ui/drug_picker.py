"""The type-ahead drug field: a searchable list of names in the browser, and what a person chose.

Knows: names with the keys they are found by; how to hand them to the browser once; how to read what
comes back. Does not know: how names are folded, what a drug is, the page's list.
Limits: at most 20,000 characters at once. A choice is given at least once and carries a nonce; the
browser repeats it until it is told that it was heard, so also across a restart of the server.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from core import VERSION

MAX_CHARACTERS = 20_000
_FOLDER = Path(__file__).parent / "browser"
_NAME = "auscult.drug_picker"
_MOUNT = re.compile(r"[a-z0-9]{1,32}")
_HTML = """<div class="picker" part="picker">
  <label for="field"></label>
  <div class="row">
    <input id="field" type="text" role="combobox" aria-autocomplete="list" aria-expanded="false"
      aria-controls="list" aria-describedby="note" autocomplete="off" autocapitalize="off"
      autocorrect="off" spellcheck="false" enterkeyhint="done">
    <button type="button" disabled></button>
  </div>
  <p id="note"></p>
  <div id="pop" popover="manual"><ul id="list" role="listbox"></ul><p id="none"></p></div>
  <p id="said" class="said" role="status" aria-live="polite"></p>
</div>"""


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of a drug as people write it, and the folded forms it is found by."""

    shown: str
    keys: tuple[str, ...]  # folded name in every script, full pinyin
    initials: tuple[str, ...] = ()  # first letters of the pinyin
    sure: bool = True  # False for a name also used for another drug: Enter alone never takes it


@dataclass(frozen=True, slots=True)
class Name:
    """One drug of the list: its id, its name in the reader's language, its other main name."""

    id: str
    label: str
    other: str
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Names ready for the browser. Build it once per language: it is compared by identity."""

    ids: frozenset[str]
    drugs: str


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of the field, in the reader's language. `count` holds `{n}`."""

    label: str
    placeholder: str
    add: str
    suggestions: str
    count: str
    empty: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Picked:
    """What a person added: a drug of the list (`id`), or text as typed or pasted (`id` is None).

    `too_long` is the number of characters of a paste over `MAX_CHARACTERS`, whose text was not
    sent; otherwise 0.
    """

    nonce: str
    text: str
    id: str | None = None
    too_long: int = 0


def build_index(names: Sequence[Name]) -> Index:
    """The searchable list of all names, in the order in which equal matches are shown."""
    drugs = [
        [n.id, n.label, n.other, [[a.shown, a.keys, a.initials, int(a.sure)] for a in n.aliases]]
        for n in names
    ]
    text = json.dumps(drugs, ensure_ascii=False, separators=(",", ":"))
    return Index(frozenset(name.id for name in names), text)


def drug_picker(index: Index, *, key: str, words: Words, add: Callable[[Picked], None]) -> str:
    """Draws the field and calls `add` for each new choice; returns text typed but not yet added.

    `add` must store the choice: only after it returns is the choice ticked off. A page must not
    pass over the returned text in silence, since a person may take it for added.
    """
    state = _renderer(get_bidi_component_manager())(
        key=key, data=payload(index, words), on_typed_change=_nothing
    )
    typed = state.get("typed")
    heard: dict[str, int] = st.session_state.setdefault(f"{key}.heard", {})
    for mount, number, picked in _new_choices(typed, heard, index.ids):
        add(picked)
        heard[mount] = number
    if heard:
        st.html(acknowledged(heard))
    return _waiting(typed)


@lru_cache(maxsize=16)
def payload(index: Index, words: Words) -> bytes:
    """The component's data: a digest line, by which the browser knows it, then JSON.

    As bytes, because a mapping would be turned to JSON twice at every rerun. Streamlit sends equal
    data once per session and refers to it afterwards.
    """
    body = json.dumps(asdict(words), ensure_ascii=False, separators=(",", ":"))
    body = f'{{"limit":{MAX_CHARACTERS},"words":{body},"drugs":{index.drugs}}}'
    return f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}".encode()


def acknowledged(heard: Mapping[str, int]) -> str:
    """Tells the script in the browser the last number heard of each mount.

    As style properties, which take no room on the page; in the component's own data a number would
    send the whole list of names again.
    """
    known = ((mount, number) for mount, number in heard.items() if _MOUNT.fullmatch(mount))
    said = "".join(f"--heard-{mount}:{number};" for mount, number in known)
    return f"<style>:root{{{said}}}</style>"


def _new_choices(
    typed: object, heard: Mapping[str, int], ids: frozenset[str]
) -> Iterator[tuple[str, int, Picked]]:
    """Choices not yet ticked off, oldest first; whatever has not the form of one is dropped."""
    picks = typed.get("picks") if isinstance(typed, Mapping) else None
    for pick in picks if isinstance(picks, list) else []:
        match pick:
            case {"mount": str(mount), "n": int(number)} if number > heard.get(mount, 0):
                yield mount, number, _picked(f"{mount}-{number}", pick, ids)


def _picked(nonce: str, pick: Mapping[str, Any], ids: frozenset[str]) -> Picked:
    text, drug, length = (pick.get(k) for k in ("text", "id", "too_long"))
    text = text if isinstance(text, str) else ""
    length = length if isinstance(length, int) else len(text)
    over = length > MAX_CHARACTERS
    return Picked(
        nonce=nonce,
        text="" if over else text,
        id=drug if isinstance(drug, str) and drug in ids else None,
        too_long=length if over else 0,
    )


def _waiting(typed: object) -> str:
    text = typed.get("waiting") if isinstance(typed, Mapping) else None
    return text[:MAX_CHARACTERS] if isinstance(text, str) else ""


@lru_cache(maxsize=1)
def _renderer(manager: BidiComponentManager) -> ComponentRenderer:
    """The component, registered once per runtime, with its script served from this server.

    Inline script becomes a `blob:` module, which `script-src 'self'` blocks (measured, 1.67.0), and
    files need a manifest that Streamlit reads from installed packages only; this app is none.
    """
    package, name = _NAME.split(".")
    part = ComponentConfig(name=name, asset_dir=_FOLDER.name)
    manifest = ComponentManifest(name=package, version=VERSION, components=[part])
    manager.register_from_manifest(manifest, _FOLDER.parent)
    return st.components.v2.component(
        _NAME,
        html=_HTML,
        css=(_FOLDER / "drug_picker.css").read_text(encoding="utf-8"),  # a link would load late
        js="drug_picker.js",
        isolate_styles=True,
    )


def _nothing() -> None:
    """Streamlit keeps a component's state only if a callback names it."""
