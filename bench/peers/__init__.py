"""The reference job done by what a Python team would otherwise pick: Celery, Dramatiq, Taskiq, Nameko.

Each takes one event from RabbitMQ, writes one row in one PostgreSQL transaction, and acknowledges after that: as its
own documentation says to do it, without an inbox and without an outbox, which none of them has. Keur and the worker
written by hand do the whole job (inbox row, outbox row, publish with confirms) and are measured until the last confirm.

None of these packages is one of Keur's: they live in virtual environments that the measurement makes (``venvs``).
"""
