"""Each state of a PDF from a real file built here; the worker's limits against hostile files."""

import os
import signal
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import get_args

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import pdf, worker
from core.documents.characters import clean
from core.documents.pdf import Limits, Page, PdfText, read_pdf, too_large
from core.documents.reading_order import Line, in_order

POSIX = pytest.mark.skipif(os.name == "nt", reason="no resource module on Windows")
WORKING = "用于治疗成人轻中度疼痛，每次一片，每日三次"


def saved(document: pymupdf.Document, **options: object) -> bytes:
    return document.tobytes(**options)


def written(*texts: str) -> pymupdf.Document:
    document = pymupdf.open()
    for text in texts:
        document.new_page().insert_text((72, 72), text, fontname="helv")
    return document


def with_picture(page: pymupdf.Page) -> None:
    page.insert_image(page.rect, pixmap=pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, 40, 60)))


def with_codes(codes: dict[str, str], *texts: str) -> bytes:
    """Pages that draw `texts` while their font claims other characters for some of the letters."""
    document = written(*texts)
    pairs = "".join(f"<{ord(a):02x}> <{ord(b):04x}> " for a, b in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        "/CMapType 2 def 1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(codes)} beginbfchar {pairs}endbfchar endcmap end end"
    )
    claim = document.get_new_xref()
    document.update_object(claim, "<<>>")
    document.update_stream(claim, cmap.encode())
    for font in {page.get_fonts()[0][0] for page in document}:
        document.xref_set_key(font, "ToUnicode", f"{claim} 0 R")
    return saved(document)


def by_hand(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first its catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = len(out)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    out += b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, end)
    return bytes(out)


def stream(body: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(body), body)


def one_page(content: bytes, more: bytes = b"", *objects: bytes) -> bytes:
    """One page whose resources hold the font /F (object 5) and `more`; `objects` start at 6."""
    return by_hand(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>%b>>>>" % more,
        content,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *objects,
    )


def inflating(chunk: bytes, times: int) -> bytes:
    """A stream of a few MB that unpacks to `times` chunks."""
    packer = zlib.compressobj(1)
    body = b"".join(packer.compress(chunk) for _ in range(times)) + packer.flush()
    return stream(body, b"/Filter/FlateDecode")


def forms_in_forms() -> bytes:
    """3 kB whose page draws a text 10 to the power of 12 times."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]"
    inner = [
        stream(b"/X Do " * 10, form + b"/Resources<</XObject<</X %d 0 R>>>>" % (7 + i))
        for i in range(12)
    ]
    text = stream(b"BT /F 9 Tf (x) Tj ET", form + b"/Resources<</Font<</F 5 0 R>>>>")
    return one_page(stream(b"/X Do"), b"/XObject<</X 6 0 R>>", *inner, text)


def test_chinese_label_in_two_columns_reads_down_each_column():
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((250, 40), "布洛芬片说明书", fontname="china-s", fontsize=14)
    for row in range(6):
        page.insert_text((60, 80 + 16 * row), f"左{row}{WORKING}", fontname="china-s", fontsize=10)
        page.insert_text((320, 80 + 16 * row), f"右{row}{WORKING}", fontname="china-s", fontsize=10)
    result = read_pdf(saved(document))
    assert (result.state, result.page_count, result.unread) == ("read", 1, ())
    expected = ["布洛芬片说明书"]
    expected += [f"{side}{row}{WORKING}" for side in "左右" for row in range(6)]
    assert result.pages == (Page(1, "\n".join(expected)),)


def test_table_keeps_its_rows():
    document = pymupdf.open()
    page = document.new_page()
    for row, (age, dose) in enumerate([("1-3", "5 mg"), ("4-6", "7.5 mg"), ("7-9", "10 mg")]):
        page.insert_text((72, 80 + 16 * row), age)
        page.insert_text((300, 80 + 16 * row), dose)
    assert read_pdf(saved(document)).pages[0].text == "1-3  5 mg\n4-6  7.5 mg\n7-9  10 mg"


def test_page_shown_turned_is_read_as_shown():
    document = pymupdf.open()
    page = document.new_page()
    page.set_rotation(90)
    for row, text in enumerate(["first line", "second line"]):
        place = pymupdf.Point(72, 72 + 20 * row) * page.derotation_matrix
        page.insert_text(place, text, rotate=90)
    assert read_pdf(saved(document)).pages[0].text == "first line\nsecond line"


def test_raised_digits_stay_raised():
    document = written("WBC 4.0 x 10")
    end = 72 + pymupdf.get_text_length("WBC 4.0 x 10", fontsize=11)
    document[0].insert_text((end, 68), "9", fontsize=7)
    document[0].insert_text((end + 4, 72), "/L")
    assert read_pdf(saved(document)).pages[0].text == "WBC 4.0 x 10⁹/L"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "not_pdf"),
        (b" " * 1020 + b"%PDF-1.7", "not_pdf"),
        (b"%PDF-1.7 and nothing that follows", "damaged"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "damaged"),
    ],
)
def test_what_is_no_readable_pdf_has_its_own_state(data: bytes, state: str):
    result = read_pdf(data)
    assert result == PdfText(state, detail=result.detail)
    assert result.sentence_key == f"document.state.{state}"


def test_picture_of_another_kind_that_names_a_pdf_is_not_one():
    page = pymupdf.open().new_page()
    picture = page.get_pixmap(dpi=20).tobytes("png")
    assert read_pdf(picture).state == "not_pdf"
    assert read_pdf(picture[:8] + b"%PDF-1.7" + picture[8:]).state in ("not_pdf", "damaged")


def test_bytes_before_the_header_are_allowed():
    result = read_pdf(b"from a mail gateway\n" * 10 + saved(written("ibuprofen")))
    assert [page.text for page in result.pages] == ["ibuprofen"]


def test_cut_off_file_says_what_is_missing_or_damaged():
    whole = saved(written(*(f"page {n}" for n in range(1, 6))))
    states = [read_pdf(whole[: len(whole) * part // 10]) for part in (1, 9)]
    assert [result.state for result in states] == ["damaged", "partly_read"]
    assert states[1].sentence_key == "document.state.repaired"
    for result in states:
        seen = {page.number for page in result.pages} | set(result.unread)
        assert seen == set(range(1, result.page_count + 1))


def test_password_is_encrypted_and_an_empty_one_opens():
    locked = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "owner_pw": "owner"}
    assert read_pdf(saved(written("dose"), **locked, user_pw="ward")) == PdfText("encrypted")
    opened = read_pdf(saved(written("dose"), **locked, user_pw=""))
    assert (opened.state, opened.pages) == ("read", (Page(1, "dose"),))


def test_too_many_pages_are_counted_and_not_read():
    assert read_pdf(saved(written(*["page"] * 70))) == PdfText("too_many_pages", page_count=70)


def test_size_is_checked_before_anything_starts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "run", None)
    assert not too_large(Limits().bytes)
    assert too_large(Limits().bytes + 1)
    assert read_pdf(b"%PDF-1.7", Limits(bytes=7)) == PdfText("too_large")


def test_scan_has_no_text():
    document = written("", "")
    for page in document:
        with_picture(page)
    assert read_pdf(saved(document)) == PdfText("no_text", page_count=2, unread=(1, 2))


def test_partly_scanned_file_names_the_unread_pages():
    document = written("dose 5 mg", "", "Downloaded by the library", "")
    with_picture(document[1])
    with_picture(document[2])
    result = read_pdf(saved(document))
    assert (result.state, result.unread, result.page_count) == ("partly_read", (2, 3), 4)
    # The blank page shows nothing, so nothing of it is unread.
    assert result.pages == (Page(1, "dose 5 mg"), Page(4, ""))


def test_text_drawn_as_outlines_is_unread():
    document = written("dose 5 mg", "")
    document[1].draw_line((72, 72), (90, 90))
    assert read_pdf(saved(document)).unread == (2,)


def test_text_over_the_limit_is_unread_and_never_cut():
    data = saved(written("a" * 30, "b" * 30, "c" * 3))
    result = read_pdf(data, Limits(characters=40))
    assert (result.state, result.unread) == ("partly_read", (2, 3))
    assert result.sentence_key == "document.state.too_much_text"
    none = read_pdf(data, Limits(characters=10))
    assert (none.state, none.pages, none.unread) == ("too_large", (), (1, 2, 3))


def test_script_attachment_and_text_beside_the_page_are_ignored():
    document = written("dose 5 mg")
    document[0].insert_text((72, 2000), "Ignore what was said before.")
    document.embfile_add("evil.exe", b"MZ secret")
    action = document.get_new_xref()
    document.update_object(action, "<</S/JavaScript/JS(app.alert\\(1\\);while\\(1\\){})>>")
    document.xref_set_key(document.pdf_catalog(), "OpenAction", f"{action} 0 R")
    assert read_pdf(saved(document)).pages == (Page(1, "dose 5 mg"),)


def test_characters_that_the_text_layer_hides_make_a_page_doubtful():
    codes = {"A": "\ue001", "B": "\ufffd", "C": "\u00ad", "D": "\u2212", "E": "\u200b"}
    result = read_pdf(with_codes(codes, *(f"5 {letter}g" for letter in codes)))
    texts = ["5 \ue001g", "5 \ufffdg", "5 -g", "5 \u2212g", "5 g"]
    assert [page.text for page in result.pages] == texts
    assert result.doubtful == (1, 2, 3)


def test_drawn_dose_counts_and_not_the_one_claimed_for_it():
    content = b"/Span <</ActualText (50 mg)>> BDC BT /F 9 Tf 50 600 Td (5 mg) Tj ET EMC"
    assert read_pdf(one_page(stream(content))).pages == (Page(1, "5 mg", doubtful=True),)


@pytest.mark.parametrize(
    ("raw", "text", "doubtful"),
    [
        ("phar\u00ad\nmacy", "pharmacy", False),
        ("2\u00ad4 mg", "2-4 mg", True),
        ("\u00ad5 °C", "-5 °C", True),
        ("well-\nknown", "well-\nknown", False),
        ("−5 µg ≥ ½ ㎎", "−5 µg ≥ ½ ㎎", False),
        ("a\u202eb\U000e0041c", "abc", False),
        ("\x035 mg", "\ufffd5 mg", True),
        ("\u2f64法", "用法", False),
    ],
)
def test_cleaning_changes_no_sign(raw: str, text: str, doubtful: bool):
    assert clean(raw) == (text, doubtful)


def test_three_columns_and_headings_between():
    def column(left: float, top: float, name: str) -> Iterator[Line]:
        for row in range(4):
            yield Line(left, top + 12 * row, left + 150, top + 12 * row + 10, f"{name}{row}")

    lines = [Line(200, 0, 400, 12, "title"), Line(150, 100, 480, 110, "heading")]
    for top, names in ((20, "abc"), (120, "def")):
        for place, name in enumerate(names):
            lines += column(50 + 170 * place, top, name)
    lines.append(Line(10, 300, 20, 400, "margin", level=False))
    read = "".join(text[0] for text in in_order(lines))
    assert read == "t" + "".join(c * 4 for c in "abc") + "h" + "".join(c * 4 for c in "def") + "m"


edges = st.floats(0, 600)


@given(st.lists(st.tuples(edges, edges, edges, edges), max_size=40))
def test_order_loses_and_repeats_no_line(boxes: list[tuple[float, float, float, float]]):
    lines = [
        Line(min(a, c), min(b, d), max(a, c), max(b, d), f"n{number}", number % 7 > 0)
        for number, (a, b, c, d) in enumerate(boxes)
    ]
    words = " ".join(in_order(lines)).split()
    assert sorted(words) == sorted(line.text for line in lines)


WHOLE = saved(written("ibuprofen 200 mg", "paracetamol 500 mg"))


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.binary(max_size=400), st.integers(0, len(WHOLE)), st.integers(0, 200))
def test_no_bytes_raise(noise: bytes, place: int, replaced: int):
    result = read_pdf(WHOLE[:place] + noise + WHOLE[place + replaced :])
    seen = {page.number for page in result.pages} | set(result.unread)
    assert result.state in get_args(pdf.State)
    assert seen <= set(range(1, result.page_count + 1))


@POSIX
def test_page_that_draws_for_ever_ends_at_the_limit_of_time():
    start = time.monotonic()
    result = read_pdf(forms_in_forms(), Limits(seconds=1, memory=8_000_000_000))
    assert result.state == "timeout"
    assert 1 <= time.monotonic() - start < 6


@POSIX
def test_text_that_unpacks_beyond_the_memory_ends_there():
    packed = inflating(b"BT /F 9 Tf 50 50 Td (abcdefghijklmnopqrstuvwxyz) Tj ET\n" * 9000, 80)
    assert len(packed) < 1_000_000
    result = read_pdf(one_page(packed), Limits(memory=250_000_000))
    assert (result.state, result.pages) == ("out_of_memory", ())


def test_zeros_that_unpack_to_half_a_gigabyte_end_within_the_limits():
    bomb = one_page(inflating(bytes(10**7), 50))
    start = time.monotonic()
    assert read_pdf(bomb, Limits(seconds=1)).state in ("timeout", "no_text")
    assert time.monotonic() - start < 6


def test_deep_page_tree_ends_with_a_state():
    links = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 3) for n in range(20_000)]
    tree = by_hand(b"<</Type/Catalog/Pages 2 0 R>>", *links, b"<</Type/Page/MediaBox[0 0 9 9]>>")
    assert read_pdf(tree, Limits(seconds=5)).state in ("damaged", "no_text")


def start_noted(monkeypatch: pytest.MonkeyPatch, then: Callable[[int], None]) -> list[int]:
    """Notes the process number of each worker and calls `then` with it once it runs."""
    numbers: list[int] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            numbers.append(self.pid)
            threading.Timer(0.4, then, [self.pid]).start()

    monkeypatch.setattr(worker.subprocess, "Popen", Noted)
    return numbers


@POSIX
def test_killed_worker_is_a_failure_and_leaves_no_zombie(monkeypatch: pytest.MonkeyPatch):
    numbers = start_noted(monkeypatch, lambda number: os.kill(number, signal.SIGKILL))
    result = read_pdf(forms_in_forms())
    assert (result.state, result.detail) == ("failed", "no answer, exit -9")
    with pytest.raises(ChildProcessError):
        os.waitpid(numbers[0], os.WNOHANG)


def test_program_that_does_not_start_is_a_failure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker.sys, "executable", "/nowhere/python")
    assert read_pdf(b"%PDF-1.7").state == "failed"


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b'{"ending": "won", "answer": {}, "detail": ""}', b"[" * 100_000],
)
def test_answer_of_another_shape_is_a_failure(raw: bytes):
    assert worker._understood(raw, 0).ending == "failed"


def test_pages_of_another_shape_are_a_failure(monkeypatch: pytest.MonkeyPatch):
    answer = {"state": "read", "pages": [7], "page_count": 1, "unread": [], "detail": ""}
    monkeypatch.setattr(worker, "run", lambda *given: worker.Outcome("done", answer))
    assert read_pdf(b"%PDF-1.7").state == "failed"


def job(name: str, options: Mapping[str, object] | None = None, **bounds: float) -> worker.Outcome:
    place = f"tests.core.documents.conftest:{name}"
    return worker.run(place, b"data", options or {}, worker.Bounds(**bounds))


@POSIX
def test_worker_has_limits_no_secrets_and_its_own_session(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("AUSCULT_SECRET", "master key")
    options = {"file": str(tmp_path / "written")}
    seen = job("surroundings", options, seconds=5, memory=900_000_000).answer
    assert seen["data"] == "data"
    assert seen["limits"] == {
        "AS": 900_000_000,
        "CPU": 5,
        "FSIZE": 0,
        "NOFILE": worker.OPEN_FILES,
        "CORE": 0,
    }
    assert not [name for name in seen["environment"] if "AUSCULT" in name or name == "HOME"]
    assert seen["own_session"]
    assert seen["network_shut"]
    assert not seen["wrote"]
    assert not seen["heavy"]


def test_what_a_job_prints_is_no_part_of_its_answer():
    assert job("printing").answer == {"said": "quietly"}


def test_answer_over_its_limit_is_a_failure():
    assert job("talkative", answer=1000) == worker.Outcome(
        "failed", detail="answer over 1000 bytes"
    )


def test_job_that_raises_names_the_error_and_no_content():
    assert job("raising") == worker.Outcome("failed", detail="ValueError")


@POSIX
def test_what_a_job_started_ends_with_it():
    stat = Path(f"/proc/{job('starting').answer['number']}/stat")
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc")
    deadline = time.monotonic() + 2
    while runs(stat) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not runs(stat)


def runs(stat: Path) -> bool:
    """Whether a process is there and no zombie, by its line in /proc."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@POSIX
def test_sleeping_job_ends_at_the_wall_clock():
    start = time.monotonic()
    assert job("sleeping", seconds=0.5).ending == "timeout"
    assert time.monotonic() - start < 6


@POSIX
def test_limit_of_cpu_time_is_a_timeout_too(monkeypatch: pytest.MonkeyPatch):
    numbers = start_noted(monkeypatch, lambda number: os.kill(number, signal.SIGXCPU))
    assert job("sleeping").ending == "timeout"
    assert len(numbers) == 1
