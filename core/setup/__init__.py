"""What `start.py` and `check.py` do before anything is installed, with the standard library alone.

An unsupported Python gets its remedy here, before it meets a line that it cannot read: this file
and `supported_python` therefore parse on Python 3.6 and later.
"""

import sys

from core.setup.supported_python import version_sentence

_REFUSED = version_sentence(sys.version_info[:2])
if _REFUSED:
    sys.exit(_REFUSED)
