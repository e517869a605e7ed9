import sys

from shared.starting import start

if sys.argv[1:2] == ["capture"]:
    from services.notifications.capture import run_alone

    run_alone()
else:
    start("notifications")
