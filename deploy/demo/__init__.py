"""The main job, shown: two school years of the SMO mark told through the real API and the real bus.

The clock of the services is a file (``KEUR_CLOCK``). Week by week it is moved forward, what the clock starts is
awaited, and the office's rows of that week go through the same import as any file: trainees who will start, logbook,
visits held, complaints, results. ``account`` counts afterwards what became of it, and says whether it adds up.
"""

from deploy.demo.play import play

__all__ = ["play"]
