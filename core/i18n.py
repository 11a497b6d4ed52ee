"""Languages: gettext catalogues, two-language texts of tables, script conversion.

Knows: zh-CN, zh-TW and English; how a language is chosen; how simplified text becomes traditional.
Does not know: who asks. Texts of instruments and ICD titles exist only as official text and never
pass through `traditional`.
"""

import csv
import gettext
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from opencc import OpenCC

from core.settings import ASSETS

Language = Literal["zh-CN", "zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
SPOKEN: tuple[Language, ...] = ("en", "zh-CN")  # where nobody has chosen one yet: a terminal
NAMES: dict[Language, str] = {"zh-CN": "简体", "zh-TW": "繁體", "en": "EN"}
LOCALES = ASSETS / "locales"


@dataclass(frozen=True, slots=True)
class Translator:
    """Calls as `t("home.title")`; a key with a plural form takes its number as `n`."""

    language: Language
    catalogue: gettext.GNUTranslations

    def __call__(self, key: str, **values: object) -> str:
        n = values.get("n")
        text = self.catalogue.ngettext(key, key, n) if isinstance(n, int) else key
        if text == key:
            text = self.catalogue.gettext(key)
        if text == key:
            raise KeyError(f"no {self.language} text for {key!r}")
        return text.format(**values) if values else text

    def text(self, pair: "Text") -> str:
        """The sentence of a table in this language."""
        return pair.say(self.language)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence of a knowledge table in English and simplified Chinese."""

    en: str
    zh: str

    def say(self, language: Language) -> str:
        if language == "en":
            return self.en
        return self.zh if language == "zh-CN" else traditional(self.zh)


@cache
def translator(language: Language) -> Translator:
    """The translator of one language, built once from its `.po` file."""
    with (LOCALES / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator(language, gettext.GNUTranslations(compiled))


def choose(asked: str | None, chosen: str | None, locale: str | None) -> Language:
    """The language to speak: `?lang=` first, then an earlier choice, then the browser's locale."""
    for wish in (asked, chosen, locale):
        language = understood(wish or "")
        if language:
            return language
    return "en"


def understood(tag: str) -> Language | None:
    """A BCP 47 tag to one of ours: Hant, TW, HK, MO read traditional, other Chinese simplified."""
    parts = re.split(r"[-_]", tag.strip().lower())
    if parts[0] == "zh":
        written = {"hans", "hant"} & set(parts) or {"hant", "tw", "hk", "mo"} & set(parts)
        return "zh-TW" if written and "hans" not in written else "zh-CN"
    return "en" if parts[0] == "en" else None


@cache
def traditional(text: str) -> str:
    """Simplified Chinese in Taiwan's script and terms (OpenCC, then our medical terms)."""
    return _taiwan_terms()(_opencc("s2tw").convert(text))


def simplified(text: str) -> str:
    """Traditional Chinese in simplified characters; matching of Chinese input runs on this form.

    Not cached: what a person typed must not stay in the process.
    """
    return str(_opencc("t2s").convert(text))


@cache
def _opencc(config: str) -> OpenCC:
    return OpenCC(config)


@cache
def _taiwan_terms() -> Callable[[str], str]:
    """Replaces longest terms first: `assets/locales/taiwan_terms.csv` holds what OpenCC leaves."""
    with (LOCALES / "taiwan_terms.csv").open(encoding="utf-8", newline="") as source:
        terms = {row["opencc"]: row["taiwan"] for row in csv.DictReader(source)}
    pattern = re.compile("|".join(map(re.escape, sorted(terms, key=len, reverse=True))) or "(?!)")
    return lambda text: pattern.sub(lambda m: terms[m.group()], text)
