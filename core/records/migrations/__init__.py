"""Alembic's scripts, numbered, never changed once released."""
