"""``python -m services.certification [all|web|worker]``"""

import sys

from shared.service import run

from .app import build

if __name__ == "__main__":
    run(build, "certification", sys.argv)
