"""Words of the ward: one spelling for matching, and what a sentence says about a mention."""
