"""Why the ward network stays closed; each has its sentence and its way out."""

from core.errors import AuscultError


class WardProblem(AuscultError):
    """Nothing is served on the ward network until a person has done what the sentence says."""
