"""Dutch and English of this package, on the terminal."""

from pathlib import Path

from deploy.words import translator

_ = translator(Path(__file__).parent / "locale" / "en.po")
