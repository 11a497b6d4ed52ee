"""No word that a person reads stands in the code of the pages: words come from the catalogues.

Knows: Streamlit's text-bearing calls, the templates of `core.ui.markup`, HTML in strings, Chinese.
Does not know: words that are put together from parts without letters, or come from another module.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT

SAYS = {
    *("altair_chart", "badge", "button", "caption", "chat_input", "checkbox", "code", "date_input"),
    *("download_button", "error", "expander", "file_uploader", "form_submit_button", "header"),
    *("info", "link_button", "markdown", "menu_button", "metric", "multiselect", "number_input"),
    *("page_link", "pills", "popover", "radio", "segmented_control", "select_slider", "selectbox"),
    *("slider", "spinner", "status", "subheader", "success", "tabs", "text", "text_area"),
    *("text_input", "time_input", "title", "toast", "toggle", "warning", "write", "write_stream"),
    *("Page", "set_page_config", "dialog", "feedback", "camera_input", "audio_input", "exception"),
    *("empty", "not_covered", "form"),
}
# Arguments of such calls that a person reads; the first positional one always is.
READ = {
    "label",
    "title",
    "body",
    "help",
    "placeholder",
    "caption",
    "page_title",
    "text",
    "menu_items",
}
FIRST_IS_NO_TEXT = {"page_link", "Page", "form"}  # a path or an id
SPOKEN_ATTRIBUTE = re.compile(
    r"\b(?:title|alt|placeholder|aria-label|aria-description)=([\"'])(.*?)\1"
)
NOT_SHOWN = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
FIELD = re.compile(r"\$(\w+)|\0")
LETTER = re.compile(r"[^\W\d_]")
CHINESE = re.compile(r"[\u3400-\u9fff]")
LOOKS_LIKE_HTML = re.compile(r"</?[a-z][a-z0-9]*[\s>/]", re.IGNORECASE)
SCRIPT_WORDS = re.compile(
    r"(?:textContent|innerText|innerHTML|placeholder|title|ariaLabel)\s*=\s*[\"'`][^\"'`$]*[A-Za-z]"
    r"|setAttribute\(\s*[\"'](?:aria-label|title|placeholder)[\"'],\s*[\"'`][^\"'`$]*[A-Za-z]"
)


def page_files() -> list[Path]:
    return [ROOT / "Home.py", *ROOT.glob("pages/*.py"), *ROOT.glob("core/ui/**/*.py")]


def literals(source: str) -> list[tuple[int, str]]:
    """Line and text of every literal that a person would read."""
    tree = ast.parse(source)
    skip = docstrings(tree)
    found = {
        *(
            (n.lineno, said)
            for n in ast.walk(tree)
            if isinstance(n, ast.Call)
            for said in spoken(n)
        ),
        *((line, said) for line, text in whole_strings(tree, skip) for said in html_words(text)),
        *((line, text) for line, text in whole_strings(tree, skip) if CHINESE.search(text)),
    }
    return sorted(found)


def docstrings(tree: ast.Module) -> set[int]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, kinds)]
    first = [body[0].value for body in bodies if body and isinstance(body[0], ast.Expr)]
    return {id(value) for value in first}


def whole_strings(tree: ast.AST, skip: set[int]) -> Iterator[tuple[int, str]]:
    """Strings and f-strings, the gaps of the latter as a NUL."""
    inside = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    for node in ast.walk(tree):
        if id(node) in inside | skip:
            continue
        text = text_of(node)
        if text is not None:
            yield node.lineno, text  # type: ignore[attr-defined]


def text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "\0" for v in node.values)
    return None


def name_of(call: ast.Call) -> str:
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def spoken(call: ast.Call) -> Iterator[str]:
    """Literals in the arguments of a call that a person reads."""
    name = name_of(call)
    if name == "fill":
        yield from filled_words(call)
    if name not in SAYS:
        return
    if receiver(call).lower() in {"log", "logger"} or (name == "text" and receiver(call) != "st"):
        return
    if call.args and name not in FIRST_IS_NO_TEXT:
        yield from words_in(call.args[0])
    for keyword in call.keywords:
        if keyword.arg in READ:
            yield from words_in(keyword.value)


def receiver(call: ast.Call) -> str:
    """The plain name before the dot of a call, such as `st`."""
    return getattr(getattr(call.func, "value", None), "id", "")


def filled_words(call: ast.Call) -> Iterator[str]:
    """Values that a template shows as text, where they are literals with letters."""
    template = text_of(call.args[0]) if call.args else None
    if template is None:
        return
    shown = {m[1] for m in FIELD.finditer(TAG.sub(" ", template))}
    shown |= {m[1] for a in SPOKEN_ATTRIBUTE.finditer(template) for m in FIELD.finditer(a[2])}
    for keyword in call.keywords:
        if keyword.arg in shown:
            yield from words_in(keyword.value)


def words_in(node: ast.AST) -> Iterator[str]:
    """Literals with letters in an expression, except in calls that translate and in comparisons."""
    if isinstance(node, ast.Call) and name_of(node) not in {"join", "format", "str"}:
        return
    if isinstance(node, ast.Compare | ast.Subscript | ast.Attribute | ast.Lambda):
        return
    text = text_of(node)
    if text is not None:
        if LETTER.search(bare(text)) and not text.startswith(":material/"):
            yield text
        return
    for child in ast.iter_child_nodes(node):
        yield from words_in(child)


def html_words(text: str) -> list[str]:
    """Words between or in the tags of a piece of HTML, fields left out."""
    if not LOOKS_LIKE_HTML.search(text):
        return []
    shown = NOT_SHOWN.sub(" ", text)
    pieces = [TAG.sub(" ", shown), *(m[2] for m in SPOKEN_ATTRIBUTE.finditer(shown))]
    return [piece.strip() for piece in pieces if LETTER.search(bare(piece))]


def bare(text: str) -> str:
    """Without fields, entities and tags."""
    return re.sub(r"&\w+;", "", FIELD.sub("", TAG.sub("", text)))


@pytest.mark.parametrize("path", page_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_user_visible_literal_stands_in_code(path: Path) -> None:
    assert literals(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        'st.title("Welcome")',
        'st.warning(f"{n} names")',
        'column.caption("Hello")',
        'with st.expander("More", expanded=True): pass',
        'st.button(t("a.b"), help="Press me")',
        'st.text_input(label="Name")',
        'st.selectbox(t("a.b"), options, placeholder="none")',
        'st.write("yes" if ok else "no")',
        'st.info("a" + name)',
        'st.Page("pages/home.py", title="Home")',
        'st.set_page_config(page_title="Auscult")',
        'states.not_covered("not checked")',
        "draw(fill('<b>Hello</b>'))",
        "draw(fill('<b>$x</b>', x='Hello'))",
        "draw('<p>Hello</p>')",
        "draw(f'<p>{n} names</p>')",
        "draw(fill('<p title=\"Hint\">$x</p>', x=x))",
        "draw(fill('<p title=\"$h\">$x</p>', x=x, h='Hint'))",
        'HTML = """<div>\n<label>Name</label></div>"""',
        'x = "药品"',
        'x = f"共 {n} 对"',
    ],
)
def test_a_planted_literal_is_found(planted: str) -> None:
    assert literals(planted) != []


@pytest.mark.parametrize(
    "clean",
    [
        'st.title(t("home.title"))',
        'st.button(t("a.b"), key="open", icon=":material/home:", type="primary")',
        'st.page_link("pages/pharmacy.py", label=t("home.open"))',
        'st.write(t("yes.key" if ok else "no.key"))',
        'st.info(t("list.comma").join(names))',
        "draw(fill('<p class=\"small\">$text</p>', text=t('a.b')))",
        "draw(fill('<li class=\"$kind\"><b>?</b> $text</li>', kind='yes', text=x))",
        "draw(f'<table class=\"plain numbers\">{head}{rows}</table>')",
        "LANG = \"<script>document.documentElement.lang='en'</script>\"",
        'st.session_state["worklist revision"] = 1',
        '"""药品 in a docstring."""',
        'raise KeyError("no text for this key")',
        'words.text("pair")',
        'LOG.warning("table left out")',
    ],
)
def test_what_is_no_literal_is_left_alone(clean: str) -> None:
    assert literals(clean) == []


def test_the_script_of_the_name_field_says_nothing_of_its_own() -> None:
    scripts = list(ROOT.glob("core/ui/**/*.js"))
    assert scripts
    for script in scripts:
        code = re.sub(r"//.*", "", script.read_text(encoding="utf-8"))
        assert SCRIPT_WORDS.findall(code) == []
        assert "innerHTML" not in code
        assert set(CHINESE.findall(code)) == set()
    assert SCRIPT_WORDS.search('this.none.textContent = "Nothing found";')
