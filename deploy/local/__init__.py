"""Keur on one machine: a private RabbitMQ and PostgreSQL and the four services under one folder, ``KEUR_HOME``.

``home`` knows the folder, the ports and the addresses; ``keys`` makes passwords and keys once; ``rabbitmq`` and
``postgres`` say how their servers are run; ``bootstrap`` makes users, databases, permissions and queues; ``system``
is the whole on one page; ``supervisor`` keeps it alive; ``commands`` are the verbs up, down, doctor and logs.
Everything listens on 127.0.0.1 only.
"""
