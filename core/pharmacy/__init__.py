"""The interaction check: knowledge tables, derivation, patient context, alternatives."""
