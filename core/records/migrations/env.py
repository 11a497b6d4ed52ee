"""Runs the migrations on the connection that `core.records.migrate` hands over, in its transaction.

Not for the `alembic` command: it would neither lock nor copy the database first.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
