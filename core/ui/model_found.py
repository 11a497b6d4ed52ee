"""What a look at a folder found, drawn: what it is, what each precision needs, what is free."""

import streamlit as st

from core.i18n import Translator
from core.model.looking import Fit, Look
from core.model.spec import gib
from core.ui.markup import draw, fill
from core.ui.model_acts import safe
from core.ui.model_page import PARTS, SHORT, cells


def found(t: Translator, look: Look) -> None:
    """The checkpoint, the estimates beside the free memory, and what would be loaded or why not."""
    here = look.checkpoint
    lines = {
        "name": here.name,
        "kind": t(f"model_page.kind.{here.kind.split()[0]}"),
        "size": f"{gib(here.bytes)} GiB" if here.bytes > 2**29 else f"{here.bytes / 2**20:.1f} MiB",
        "parameters": parameters(here.shape.parameters),
        "revision": here.revision.removeprefix("sha256:")[:SHORT],
        "folder": str(here.folder),
    }
    with st.container(border=True, key="model-found"):
        draw(
            '<table class="plain facts">',
            *(_line(t(f"model_page.found.{name}"), said) for name, said in lines.items()),
            "</table>",
        )
        _needs(t, look)
        if look.problem:
            st.error(t(look.problem.key, **safe(look.problem.values)))
        elif look.decision:
            st.success(
                t(
                    "model_page.would",
                    precision=look.decision.precision,
                    device=t(f"home.model.device.{look.decision.device}"),
                    why=t(f"home.model.why.{look.decision.reason}"),
                )
            )


def parameters(count: int) -> str:
    """As models are named: 4.30 B, 0.5 M."""
    return f"{count / 1e9:.2f} B" if count >= 1e8 else f"{count / 1e6:.1f} M"


def _line(head: str, said: str) -> str:
    return fill('<tr><th scope="row">$head</th><td>$said</td></tr>', head=head, said=said)


def _needs(t: Translator, look: Look) -> None:
    head = "".join(fill("<th>$h</th>", h=t(f"model_page.memory.{part}")) for part in PARTS)
    first = fill('<th scope="col">$a</th>', a=t("model_page.precision"))
    last = fill("<th>$b</th>", b=t("model_page.memory.fits"))
    memory = look.memory
    free = t("model_page.memory.free_cpu", cpu=gib(memory.cpu))
    if memory.gpu is not None:
        free = t(
            "model_page.memory.free_gpu",
            cpu=gib(memory.cpu),
            gpu=gib(memory.gpu),
            name=memory.gpu_name,
        )
    draw(
        f'<div class="log"><table class="plain numbers memory"><tr>{first}{head}{last}</tr>',
        *(_fit(t, fit) for fit in look.fits),
        "</table></div>",
        fill('<p class="small">$text</p>', text=free),
    )


def _fit(t: Translator, fit: Fit) -> str:
    place = fit.device or "nowhere"
    return (
        fill('<tr><th scope="row">$name</th>', name=fit.precision)
        + cells(fit.estimate)
        + fill("<td>$place</td></tr>", place=t(f"model_page.memory.on.{place}"))
    )
