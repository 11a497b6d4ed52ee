"""Words behind a drug that say it was stopped: `2周前停用`, `stopped on admission`.

Knows: stop words, and words that say when in the past and by whom. Does not know: drugs. Any word
beside these speaks of something else, or of a plan, so that nothing is read as stopped.
"""

import re

from core.terms.negation import without_still_taken

_STOP = re.compile(
    r"已经停|停用|停服|停掉|停药|停止(?:服用|使用)?|已停|停了|停"
    r"|\b(?:stopped|discontinued|held|withdrawn|on hold)\b"
)
# When or by whom a drug was stopped, in the past; 1周后停用 and 术前停用 are plans.
WHEN_STOPPED = re.compile(
    r"住院期间|住院(?:后|时)|入院(?:后|时|前)|出院(?:时|前)|\d*个?[天日周月年]前|前|昨[天日]|前[天日]|上周|上个?月|去年"
    r"|今[天日]|目前|现在?|已经|已|自行|遵医嘱|医生|近期|最近|早就|后来|因[^,;。:)]{1,8}(?=$|[,;。:)\s])"
    r"|\b(?:(?:days?|weeks?|months?|years?) )?ago\b|\blast (?:week|month|year)\b|\byesterday\b"
    r"|\bon admission\b|\bduring (?:the )?(?:hospital )?(?:stay|admission)\b|\bin hospital\b"
    r"|\b(?:was|has been|already|recently)\b|\bby (?:the |her |his )?(?:doctor|gp|cardiologist)\b"
)
_LETTER = re.compile(r"[^\W\d_]")


def stopped_behind(folded: str) -> bool:
    """Whether words behind a name say that it was stopped, with nothing but when and by whom."""
    spoken = without_still_taken(folded)
    rest = _STOP.sub(" ", spoken)
    return rest != spoken and not _LETTER.search(WHEN_STOPPED.sub(" ", rest))
