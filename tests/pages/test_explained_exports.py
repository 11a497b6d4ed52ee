"""The files of the pharmacy page with text of a model: set apart, labelled twice, never raw."""

import base64
import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pymupdf
import pytest
from answering import ORDER, Instant
from streamlit.testing.v1 import AppTest
from test_answers_kept import asked, explain
from test_pharmacy_page import NAMES, line_ids, paste, slugs, state_dose
from wards import Ward

from core.i18n import LANGUAGES, Language, translator
from core.ui.export_bar import Export
from core.ui.gate import HELD, RULE, RULE_END
from core.ui.pharmacy import downloads, worded
from core.ui.shared_model import desk

OpenPage = Callable[..., AppTest]
Files = dict[str, bytes]
EN = translator("en")
XMP = "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"
FIELDS = {
    "Label", "ContentProducer", "ProduceID", "ReservedCode1",
    "ContentPropagator", "PropagateID", "ReservedCode2",
}  # fmt: skip


@pytest.fixture(autouse=True)
def model() -> Iterator[Instant]:
    desk.clear()
    engine = Instant()
    desk().open(engine)
    yield engine
    desk().close()
    desk.clear()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Files]:
    """What the buttons of the page as it stands would give, at one fixed time."""
    offered: list[tuple[Export, ...]] = []
    monkeypatch.setattr(downloads, "bar", lambda t, page, exports: offered.append(exports))
    monkeypatch.setattr(downloads, "now", lambda: datetime(2026, 11, 22, 14, 5, tzinfo=UTC))
    return lambda: {export.kind: export.build() for export in offered[-1]}


def text_of(file: bytes) -> str:
    """All text of a PDF as `close` writes it, whose line breaks and ligatures say nothing."""
    return close(" ".join(page.get_text() for page in pymupdf.open("pdf", file)))


def in_pdf(file: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """The label for programs from the XMP packet and from the file properties."""
    opened = pymupdf.open("pdf", file)
    (said,) = ElementTree.fromstring(opened.get_xml_metadata().strip()).iter(XMP)
    number = int(opened.xref_get_key(-1, "Info")[1].split()[0])
    return json.loads(said.text or ""), json.loads(opened.xref_get_key(number, "AIGC")[1])


def rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))


def resources(file: bytes, kind: str) -> list[dict[str, Any]]:
    entries = json.loads(file)["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


def worded_text(file: bytes) -> str:
    (document,) = resources(file, "DocumentReference")
    return base64.b64decode(document["content"][0]["attachment"]["data"]).decode()


def close(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def label_in(language: Language) -> str:
    t = translator(language)
    model = t("list.comma").join(("tiny-medgemma", "rev-7", "nf4"))
    return t("export.worded.label", model=model)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_file_sets_the_text_apart_with_a_label_for_readers(
    open_page: OpenPage, built: Callable[[], Files], language: Language
) -> None:
    t = translator(language)
    explain(open_page, language)
    files = built()
    assert set(files) == {"report", "sheet", "table", "fhir"}
    report = text_of(files["report"])
    order = [
        report.index(close(part))
        for part in (t("export.worded.title"), label_in(language), "Both raise the risk")
    ]
    assert order == sorted(order)
    assert close(t("pharmacy.explain.beyond.drug", said="amiodarone")) in report
    assert close(t("pharmacy.explain.beyond.number", said="42")) in report
    (row,) = [row for row in rows(files["table"]) if row[t("export.csv.explained")]]
    assert row[t("export.csv.explained_label")] == label_in(language)
    assert row[t("export.csv.explained")].startswith("Both raise the risk of bleeding.")
    assert t("pharmacy.explain.beyond.number", said="42") in row[t("export.csv.explained_remarks")]
    whole = worded_text(files["fhir"])
    assert whole.startswith(label_in(language)) and "Both raise the risk" in whole
    assert t("pharmacy.explain.beyond.drug", said="amiodarone") in whole
    (document,) = resources(files["fhir"], "DocumentReference")
    assert document["description"] == label_in(language)
    assert document["docStatus"] == "preliminary"


def test_each_file_carries_the_label_for_programs(
    open_page: OpenPage, built: Callable[[], Files]
) -> None:
    _, job = explain(open_page)
    files = built()
    packet, property_ = in_pdf(files["report"])
    assert set(packet) == FIELDS and packet == property_
    assert (packet["Label"], packet["ProduceID"]) == ("1", job)
    assert packet["ContentProducer"] == "Auscult 0.1.0; tiny-medgemma rev-7 nf4"
    (row,) = [row for row in rows(files["table"]) if row["AIGC"]]
    assert json.loads(row["AIGC"]) == packet
    (document,) = resources(files["fhir"], "DocumentReference")
    (tag,) = document["meta"]["tag"]
    assert (tag["system"], tag["code"]) == ("http://www.tc260.org.cn/ns/AIGC/1.0/", "AIGC")
    assert json.loads(tag["display"]) == packet
    assert [one["code"] for one in document["meta"]["security"]] == ["AIAST"]
    everything = {e["fullUrl"]: e["resource"] for e in json.loads(files["fhir"])["entry"]}
    author = everything[document["author"][0]["reference"]]
    assert author["deviceName"][0]["name"] == "tiny-medgemma"
    assert [one["value"] for one in author["version"]] == ["rev-7", "nf4"]
    made = resources(files["fhir"], "Provenance")
    (origin,) = [one for one in made if everything[one["target"][0]["reference"]] == document]
    assert everything[origin["agent"][0]["who"]["reference"]] == author
    about = {everything[r["reference"]]["medicationCodeableConcept"]["text"]
             for r in document["context"]["related"]}  # fmt: skip
    assert about == {"Atorvastatin", "Clarithromycin"}
    issues = json.dumps(resources(files["fhir"], "DetectedIssue"))
    assert issues.count("rule") and "Both raise" not in issues


def test_held_sentences_are_the_note_and_no_mark_is_in_any_file(
    open_page: OpenPage, built: Callable[[], Files]
) -> None:
    explain(open_page)
    files = built()
    note = EN("model.held_back")
    (row,) = [row for row in rows(files["table"]) if row["AIGC"]]
    texts = [text_of(files["report"]), close(row[EN("export.csv.explained")]),
             close(worded_text(files["fhir"]))]  # fmt: skip
    for text in texts:
        assert close(f"[{note}]") in text
    texts += [text_of(files["sheet"]), files["table"].decode("utf-8-sig"), files["fhir"].decode()]
    for text in texts:
        assert not set(text) & {HELD, RULE, RULE_END}
        assert close(ORDER) not in close(text) and "RAWORDER" not in text
        assert "unused9" not in text and "perpetrator is known" not in text


def test_the_patient_sheet_holds_no_text_of_a_model(
    open_page: OpenPage, built: Callable[[], Files]
) -> None:
    app = paste(open_page("pharmacy"), "\n".join(NAMES["en"]))
    before = built()["sheet"]
    asked(app)
    after = built()
    assert "Bothraise" in text_of(after["report"])
    assert after["sheet"] == before


@pytest.mark.parametrize("how", ["truncated", "stopped"])
def test_an_answer_that_is_not_whole_says_so_in_each_file(
    open_page: OpenPage, built: Callable[[], Files], model: Instant, how: str
) -> None:
    model.how = how
    explain(open_page)
    files, said = built(), EN(f"model.ended.{how}")
    (row,) = [row for row in rows(files["table"]) if row["AIGC"]]
    assert close(said) in text_of(files["report"])
    assert said in row[EN("export.csv.explained_remarks")] and said in worded_text(files["fhir"])


def test_an_answer_of_a_server_that_ended_meanwhile_says_so(
    open_page: OpenPage, built: Callable[[], Files], model: Instant
) -> None:
    app, job = explain(open_page)
    slug = slugs(app)[0]
    held = desk()
    view = held._jobs.pop(job).view()
    held._store.save("0123456789abcdef" * 2, job, {**view.as_json(), "state": "running"})
    assert app.session_state[worded.JOBS][1] == {slug: job}
    assert close(EN("model.ended.interrupted")) in text_of(built()["report"])


def test_an_explanation_of_an_earlier_state_of_the_list_says_so(
    open_page: OpenPage, built: Callable[[], Files]
) -> None:
    app, _ = explain(open_page)
    assert close(EN("pharmacy.explain.earlier")) not in text_of(built()["report"])
    state_dose(app, line_ids(app)[0], mg=10)
    assert EN("pharmacy.explain.earlier") in [warning.value for warning in app.warning]
    assert close(EN("pharmacy.explain.earlier")) in text_of(built()["report"])


def test_without_an_explanation_every_file_is_as_it_was(
    open_page: OpenPage, built: Callable[[], Files], ward: Ward
) -> None:
    ward.enter("administrator")
    app, job = explain(open_page)
    ward.enter("pharmacist")
    other = paste(open_page("pharmacy"), "\n".join(NAMES["en"]))
    before = built()
    assert "AIGC" not in before["table"].decode("utf-8-sig").splitlines()[0]
    assert resources(before["fhir"], "DocumentReference") == []
    assert pymupdf.open("pdf", before["report"]).get_xml_metadata() == ""
    assert close(EN("export.worded.title")) not in text_of(before["report"])
    # Another owner's job in the address changes nothing.
    other.query_params["job"], other.query_params["about"] = job, slugs(other)[0]
    other.run()
    assert built() == before
