"""Messages for a template: order, roles, the switch, neutral text, prepared pictures."""

import numpy as np
import pytest
from PIL import Image

from core.model.conversation import THINK, messages, neutral
from core.model.pictures import prepared
from core.model.request import Picture, Request, Turn


def test_instruction_and_switch_stand_first_and_texts_are_joined() -> None:
    request = Request("x", " Answer briefly. ", (Turn("user", ("One.", "Two.")),))
    assert messages(request) == [
        {
            "role": "system",
            "content": [{"type": "text", "text": f"{THINK} Answer briefly."}],
        },
        {"role": "user", "content": [{"type": "text", "text": "One.\n\nTwo."}]},
    ]


def test_pictures_are_asked_without_thinking_and_keep_their_place() -> None:
    picture = Picture(Image.new("L", (2, 4), 7))
    said = messages(Request("x", "", (Turn("user", (picture, "SLICE 1", picture, "?")),)))
    assert [message["role"] for message in said] == ["user"]
    kinds = [item["type"] for item in said[0]["content"]]
    assert kinds == ["image", "text", "image", "text"]
    assert said[0]["content"][0]["image"].size == (4, 4)


def test_history_goes_back_without_thoughts() -> None:
    turns = (
        Turn("user", ("Why?",)),
        Turn("assistant", ("<unused94>thought\nSecret.<unused95>Because.",)),
        Turn("user", ("And?",)),
    )
    said = messages(Request("x", "", turns, thinking=False))
    assert [m["content"][0]["text"] for m in said] == ["Why?", "Because.", "And?"]
    with pytest.raises(ValueError, match="begins with the user"):
        messages(Request("x", "", turns[1:]))


@pytest.mark.parametrize(
    "token",
    [
        "<start_of_image>", "<end_of_image>", "<image_soft_token>", "<start_of_turn>", "<bos>",
        "<end_of_turn>", "<unused94>", "<unused95>", "<UNUSED94>", "<think>", "</think>",
        "<thought>", "<|im_start|>", "<|eot_id|>", "[multimodal]", "[INST]", "<eos>", "<pad>",
    ],
)  # fmt: skip
def test_no_control_token_is_left_in_text(token: str) -> None:
    said = neutral(f"a{token}b {token}{token}")
    assert token not in said
    assert said.replace(" ", "") == f"a{token}b{token}{token}".replace(" ", "")


def test_ordinary_text_is_left_alone() -> None:
    text = "p <0.05, a<b>c, [1] and <start of turn>, 5 < 6, [multi]"
    assert neutral(text) == text
    assert neutral("a<extra_0>b", ("<extra_0>", " ", "a")) == "a< extra_0>b"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_picture_of_any_mode_becomes_rgb_on_a_centred_square(mode: str) -> None:
    image = prepared(Image.new(mode, (3, 9)))
    assert (image.mode, image.size) == ("RGB", (9, 9))


def test_sixteen_bits_keep_their_order_and_range() -> None:
    deep = Image.fromarray(np.array([[0, 1000], [2000, 4000]], dtype=np.uint16))
    assert np.asarray(prepared(deep))[..., 0].tolist() == [[0, 64], [128, 255]]


def test_the_square_is_black_and_the_picture_in_its_middle() -> None:
    pixels = np.asarray(prepared(Image.new("RGBA", (2, 4), (10, 20, 30, 0))))
    assert pixels[:, 0].max() == 0 and pixels[:, 3].max() == 0
    assert (pixels[:, 1:3] == (10, 20, 30)).all()
