from shared.starting import start

start("ops")
