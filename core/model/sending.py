"""A question as OpenAI-compatible servers take it.

Knows: pictures travel as data, texts alone as plain strings. Does not know: the connection.
"""

import base64
import io
from typing import Any

from PIL import Image

from core.model.conversation import messages
from core.model.request import Request


def sent(request: Request) -> list[dict[str, Any]]:
    """The messages of a request, neutral text throughout."""
    return [
        {**message, "content": [_item(item) for item in message["content"]]}
        if any(item["type"] == "image" for item in message["content"])
        else {**message, "content": "\n\n".join(item["text"] for item in message["content"])}
        for message in messages(request)
    ]


def _item(item: dict[str, Any]) -> dict[str, Any]:
    if item["type"] != "image":
        return item
    return {"type": "image_url", "image_url": {"url": _data(item["image"])}}


def _data(image: Image.Image) -> str:
    held = io.BytesIO()
    image.save(held, "PNG")
    return f"data:image/png;base64,{base64.b64encode(held.getvalue()).decode()}"
