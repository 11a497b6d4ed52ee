"""The ward network on the screen: its section for administrators, the strip of plain http.

Knows: what `start.py --lan` settled for this process. Changes nothing; that needs the terminal.
"""

from functools import cache
from pathlib import Path

import streamlit as st

from core.i18n import Translator
from core.settings import current
from core.ui.markup import draw, fill
from core.ward import certificate, invitation
from core.ward.certificate import Certificate

COMMAND = "python3 start.py --lan"
BROWSERS = ("ward.compare.ipad", "ward.compare.android", "ward.compare.windows")


def unencrypted(t: Translator) -> None:
    """On every page, sign-in included, when the ward is served by plain http."""
    if current().ward and not current().tls:
        with st.container(key="unencrypted"):
            draw(
                fill(
                    '<div class="unencrypted" role="alert"><b>$head</b> <span>$text</span></div>',
                    head=t("ward.unencrypted"),
                    text=t("ward.unencrypted.text"),
                )
            )


def network(t: Translator) -> None:
    """Whether tablets reach this app, by which address, and how they know that it is this one."""
    on = bool(current().ward)
    with st.expander(f"{t('ward.title')} · {_state(t)}", icon=":material/lan:", key="ward-network"):
        if on:
            _invitation(t)
        else:
            hosts = ", ".join(current().hosts)
            st.write(t("ward.proxy.text", hosts=hosts) if hosts else t("ward.off.text"))
            st.code(COMMAND, language=None)


def _state(t: Translator) -> str:
    if current().ward:
        return t("ward.on", url=f"`{_urls()[0]}`")
    proxied = ", ".join(current().hosts)
    return t("ward.proxy", hosts=proxied) if proxied else t("ward.off")


def _invitation(t: Translator) -> None:
    urls = _urls()
    with st.container(key="ward-invitation"):
        draw(
            fill(
                '<img class="qr" src="$svg" alt="$url">',
                svg=invitation.drawing(urls[0]),
                url=urls[0],
            )
        )
        with st.container(key="ward-words"):
            draw(
                fill('<p class="step"><b>$text</b></p>', text=t("ward.open")),
                '<ul class="named addresses">',
                *(fill("<li><code>$url</code></li>", url=url) for url in urls),
                "</ul>",
            )
            if served := _served():
                _fingerprint(t, served)


def _fingerprint(t: Translator, served: Certificate) -> None:
    rows = (fill("<span>$row</span>", row=row) for row in served.fingerprint)
    draw(
        fill('<p class="step"><b>$text</b></p>', text=t("ward.compare")),
        f'<p class="fingerprint">{"".join(rows)}</p>',
        "<ul>",
        *(fill("<li>$text</li>", text=t(key)) for key in BROWSERS),
        "</ul>",
        fill('<p class="small">$text</p>', text=t("ward.until", ends=served.ends.date())),
    )


def _urls() -> tuple[str, ...]:
    """The addresses to type: those that the certificate holds for."""
    served, settings = _served(), current()
    hosts = [h for h in settings.ward if served is None or served.covers(h)]
    return invitation.urls(hosts, settings.port, settings.tls)


def _served() -> Certificate | None:
    """What this process serves; the file may be replaced while it runs."""
    file = current().certificate
    return _read(str(file)) if file and current().tls else None


@cache
def _read(file: str) -> Certificate:
    return certificate.read(Path(file))


def remember() -> None:
    """Reads the certificate when the server starts."""
    _served()
