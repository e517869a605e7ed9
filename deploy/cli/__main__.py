"""``python -m deploy.cli VERB``: what ``./keur VERB`` runs."""

import sys

from deploy.cli.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
