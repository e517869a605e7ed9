"""Pull any plug while results pour in, then see that nothing was lost, doubled, or made up.

``system`` runs the real thing with a ``proxy`` on every link and a ``postbox`` for its mail; ``load`` uses it from
outside and remembers what it was told; ``nemesis`` breaks it; ``checker`` compares; ``run`` is the whole story.
"""
