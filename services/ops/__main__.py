import sys

from services.ops.app import build
from shared.service import run

run(build, "ops", sys.argv)
