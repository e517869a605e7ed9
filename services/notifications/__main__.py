import sys

from services.notifications.app import build
from services.notifications.capture import run_alone
from shared.service import run

if sys.argv[1:2] == ["capture"]:
    run_alone()
else:
    run(build, "notifications", sys.argv)
