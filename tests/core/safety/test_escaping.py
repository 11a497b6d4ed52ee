import re
import time

import pytest

from core.safety.escaping import html_safe, markdown_safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("5$ and $x$", "5&#36; and &#36;x&#36;"),
        (r"\$5 \\$x$", r"&#36;5 \\&#36;x&#36;"),
        (":red[x] :smile: :material/home:", "&#58;red[x] &#58;smile: &#58;material/home:"),
        (r"\:red[x]", "&#58;red[x]"),
        (":streamlit:", "`:streamlit:`"),
        ("at 12:30, ratio 1:2", "at 12:30, ratio 1:2"),
        ("a -> b <- c >= d <= e", "a ->b <-c >=d <=e"),
        ("**->** x", "**`->`** x"),
        (r"a -\> b", "a ->b"),
        (">=5 mg", "&#62;=5 mg"),
        ("p<0.05, x<y, 3 < 4", "p<0.05, x&#60;y, 3 < 4"),
        ("p <b and c> d, <dose>", "p &#60;b and c> d, &#60;dose>"),
    ],
)
def test_signs_of_clinical_text_stay_as_written(text: str, safe: str) -> None:
    assert markdown_safe(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "**bold** *it*\n\n- a\n- b\n\n1. one",
        "| a | b |\n|---|--:|\n| 1 | **2** |",
        "# Head\n\n> quote\n\n---\n\nend",
        "`a -> b $x$ :smile:`",
        "```python\na -> b $x$ <b> ![i](u)\n```\nafter",
        "~~~\n<b>$x$</b>\n~~~",
        "[to section](#sec-1)",
        "```\nunfinished $x$",
    ],
)
def test_bold_lists_tables_code_and_anchors_stay(text: str) -> None:
    assert markdown_safe(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ('see [the paper](https://e.example/x "t") now', "see the paper now"),
        ("[a](data:text/html,x) [b](javascript:alert(1)) [c](<http://x y>)", "a b c"),
        ("![scan](https://e.example/i.png?q=1)", "scan"),
        ("[![i](http://e.example/i)](http://q.example)", "i"),
        ("https://e.example/a", "`https://e.example/a`"),
        ("<https://e.example/a>", "`https://e.example/a`"),
        (r"https\://e.example", "`https://e.example`"),
        ("http&colon;//e.example", "`http://e.example`"),
        ("write to a@b.example", "write to `a@b.example`"),
        ("![a][r]\n\n[r]: http://e.example/i.png", "a\n\n[r]&#58; `http://e.example/i.png`"),
        ("x[^1]\n\n[^1]: note", "x&#91;^1]\n\n&#91;^1]&#58; note"),
        ("```mermaid\ngraph TD\n```", "```\ngraph TD\n```"),
    ],
)
def test_addresses_and_pictures_lose_their_power_and_keep_their_words(text: str, safe: str) -> None:
    assert markdown_safe(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=http://e.example/i>",
        '<img src="x" onerror="alert(1)"',
        "&lt;img src=http://e.example/i&gt;",
        "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
        "&#x3c;svg onload=alert(1)&#x3e;",
        "<!-- x --><iframe src=//e.example></iframe>",
        "<!<!---->-- x -->",
        "- a\n\n  ```\nfoo\n![x](http://e.example/i)",
        "# a `b\n![x](http://e.example/i) ` c",
        "`a\nb` ![x](http://e.example/i) `c`",
        "> ```\n![x](http://e.example/i)\n```",
        "`a` `![x](http://e.example/i)` `b`",
        "| `a | ![x](http://e.example/i)` |\n|---|---|",
        "![x\n](http://e.example/i)",
        "![x] (http://e.example/i) ![y](\nhttp://e.example/j\n)",
        r"\![x](http://e.example/i) !\[x](http://e.example/i)",
        "!&#91;x](http://e.example/i)",
        "![x]\u200b(http://e.example/i)",
        "![[x]](http://e.example/i) ![x][y](http://e.example/i)",
    ],
)
def test_nested_and_encoded_tricks_leave_nothing_that_acts(text: str) -> None:
    safe = markdown_safe(text)
    outside = re.sub(r"^```.*?^```$|`[^`\n]*`", "", safe, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"<[a-zA-Z/!?]", outside), safe
    assert not re.search(r"\]\((?!#)|!\[[^\]]*\]\[|^\s*\[[^\]]+\]:", outside, re.MULTILINE), safe
    assert "http" not in outside, safe


def test_control_tokens_control_characters_and_turned_text_go() -> None:
    text = (
        "<unused94>thought<unused95> <start_of_turn>x<end_of_turn><un<bos>used94>"
        "\u202eevil\u2066\x07\x00<|im_start|>"
    )
    assert markdown_safe(text) == "thought xevil"
    assert "<" not in markdown_safe("```\n<unused94>\n```")


def test_html_values_are_escaped_with_quotes_and_without_hidden_characters() -> None:
    assert (
        html_safe("<b a=\"1\" c='2'>\u202e&\x00</b>")
        == "&lt;b a=&quot;1&quot; c=&#x27;2&#x27;&gt;&amp;&lt;/b&gt;"
    )
    assert html_safe("第一行\n二\t三") == "第一行\n二\t三"


def test_long_and_hostile_text_stays_quick() -> None:
    hostile = ("[" * 5000, "`" * 5000, "<" * 5000, "![" * 3000, "&amp;" * 3000, "[a](" * 2000)
    start = time.perf_counter()
    for text in hostile:
        assert "<!" not in markdown_safe(text)
    assert time.perf_counter() - start < 5  # about 0.2 s on an idle machine
