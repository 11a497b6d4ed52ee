"""Makes `zh-TW.po` from `zh-CN.po`: OpenCC and our Taiwan terms, hand corrections kept.

    python tools/taiwan_catalogue.py

A message that a person corrected carries the comment `# by hand` and is never overwritten.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from core.i18n import LOCALES, traditional

BY_HAND = "by hand"


def read(name: str) -> Catalog:
    path = LOCALES / f"{name}.po"
    with path.open("rb") as source:
        return read_po(source, locale=name.replace("-", "_"))


def taiwan(message: Message) -> str | tuple[str, ...]:
    if isinstance(message.string, str):
        return traditional(message.string)
    return tuple(map(traditional, message.string))


def main() -> None:
    mainland = read("zh-CN")
    old = read("zh-TW") if (LOCALES / "zh-TW.po").exists() else Catalog()
    new = Catalog(locale="zh_TW", charset="utf-8")
    for message in mainland:
        if not message.id:
            continue
        kept = old.get(message.id if isinstance(message.id, str) else message.id[0])
        by_hand = kept is not None and BY_HAND in kept.user_comments
        text = kept.string if kept is not None and by_hand else taiwan(message)
        new.add(message.id, text, user_comments=[BY_HAND] if by_hand else [])
    with (LOCALES / "zh-TW.po").open("wb") as target:
        write_po(target, new, sort_output=True, width=0, omit_header=False)


if __name__ == "__main__":
    main()
