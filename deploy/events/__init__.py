"""The documents of the events, made from the contracts and the handlers: ``python -m deploy.events [--check]``."""
