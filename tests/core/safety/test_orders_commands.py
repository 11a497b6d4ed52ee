import io
import json

import pytest

from core.safety.commands import orders_jsonl


def test_each_line_is_answered_in_order_and_a_bad_one_ends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [
        '{"text": "Both inhibit CYP3A4. Take warfarin 5 mg daily."}',
        "{",
        "[]",
        '{"text": 5}',
        "",
        '{"text": "患者既往服用华法林。"}',
        '{"text": "half a \\ud83d character"}',
    ]
    assert orders_jsonl(io.BytesIO("\n".join(lines).encode())) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answers == [
        {"order": True, "spans": [{"start": 21, "end": 46, "why": "direction"}]},
        {"order": None, "spans": [], "error": "not_json"},
        {"order": None, "spans": [], "error": "not_an_object"},
        {"order": None, "spans": [], "error": "no_text"},
        {"order": None, "spans": [], "error": "not_json"},
        {"order": False, "spans": []},
        {"order": False, "spans": []},
    ]
