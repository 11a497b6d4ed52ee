"""What Chromium shows of a model's text is that text, sign by sign."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from serving import ROOT, Server

from core.safety.escaping import visible

pytestmark = pytest.mark.browser
TEXTS = [
    r"!\"#$%&'()*+,-./:;<=>?@[\]^_`{|}~ a ! b # c $ d % e & f * g _ h ` i { j | k } l ~ m \ n",
    "5$ and $x$, $$y$$, \\(z\\), $`w`$ and `a -> b`",
    "```mermaid\ngraph TD\n```\n~~~\ncode\n~~~\n    indented\n\n    code",
    ":red[x] :smile: :+1: :100: :material/home: :streamlit: :blue-background[y] :small[z]",
    "1:100:2 12:30 ratio 1:2 time: 8 pm",
    "a -> b <- c <-> d >= e <= f ~= g -- h --- i",
    "-> x\n<- y\n>= 3\n<= 4\n-- 5\n~= 6",
    "see https://e.example/a?b=c, www.e.example, a.b@c.example, mailto:a@b.example, ftp://e.example",
    "[a](http://e.example) [b][r] ![i](http://e.example/i.png) <https://e.example>\n\n[r]: http://e.x",
    "x[^1]\n\n[^1]: note",
    "# Head\n## Head\nSetext\n===\nSetext\n---\n\n> quote\n\n***\n\n___",
    "| a | b |\n|---|--:|\n| 1 | **2** |",
    "a | b\n--|--\n1 | 2",
    "1. one\n2) two\n007. seven\n\n10. ten",
    "- a\n- **b:** c\n  - d\n* 1. e\n+ # f\n- - g\n-     h\n- [ ] i\n• j",
    "**注意：**华法林与**胺碘酮**合用（INR升高）。**“出血”**风险",
    "St**op** w**arf**arin ***x*** _y_ __z__ ~~s~~ a*b*c **un closed",
    "<b>bold</b> <img src=x onerror=a> <!-- c --> <script>alert(1)</script> &lt;b&gt; &amp;#83;",
    "St<|im_end|>op <unused94>x<unused95> <![CDATA[y]]> <?xml z?> <!doctype a. b> <<b>b>",
    "p<0.05, x<y, 3 < 4, <dose>, 50% \\* \\_ \\\\ \\",
    "war\u200bfa\u202erin\u2066 St\u00adop\u3164 a\u2028b\u0007c\ue020d",
    "line one\nline two\n\nparagraph two\n\n\nparagraph three",
    '::: note\nx\n:::\n:abbr[HTML]{title=a} {#id .class} ==mark== H~2~O x^2^ (c) (tm) ... -- "q"',
    "\\[ x \\] \\( y \\) \\begin{a} z \\end{a} $\\text{Stop}$ warfarin",
]
LIST_SIGN = re.compile(r"^[ \t]*[-+*•][ \t]+(?=\S)", re.MULTILINE)


def letters(text: str) -> str:
    """Without spaces, asterisks, and the sign that parts others."""
    return re.sub(r"[\s\u2060*]", "", text)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("drawn")
    file = folder / "texts.json"
    file.write_text(json.dumps(TEXTS), encoding="utf-8")
    env = {"TEXTS_TO_DRAW": str(file), "PYTHONPATH": str(ROOT)}
    server = Server(folder / "data", script=Path("tests/browser/drawn_app.py"), env=env)
    server.start()
    yield server
    server.stop()


def test_what_is_drawn_is_the_text_letter_by_letter(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    page.goto(server.url)
    page.wait_for_selector(".st-key-all-drawn", timeout=8000)
    places = [page.locator(f".st-key-text-{n}") for n in range(len(TEXTS))]
    assert page.locator("li").count() == 9
    shown = [place.inner_text() for place in places]
    wrong = [
        (text, said)
        for text, said in zip(TEXTS, shown, strict=True)
        if letters(said) != letters(LIST_SIGN.sub("", visible(text)))
    ]
    assert wrong == []
    acting = "a, img, code, pre, table, h1, h2, h3, hr, svg, blockquote, .katex, del, sup, input"
    assert [place.locator(acting).count() for place in places] == [0] * len(TEXTS)
    page.close()
