"""What can go wrong in a way that a person must be told.

Knows: a sentence key for the translation catalogues, its values, and a detail for the log.
Does not know: languages, screens, Streamlit. Failure that is normal (an unread page, a name that is
not held, no model) is a returned value and never one of these.
"""


class AuscultError(Exception):
    """Base: `key` names a sentence in the catalogues, `values` fill it, `detail` is for the log."""

    def __init__(self, key: str, detail: str = "", **values: object) -> None:
        super().__init__(detail or key)
        self.key = key
        self.detail = detail
        self.values = values


class BadSetting(AuscultError):
    """A setting has an unknown name or a value outside its range."""


class BadTable(AuscultError):
    """A knowledge table on disk does not say what it must; names file, line and column."""


class BadInput(AuscultError):
    """Something typed or uploaded is outside the limits of its field."""


class NotStored(AuscultError):
    """The data folder did not take what had to be kept (full disk, no permission)."""
