"""Uses the stand-alone simulator as a program in Python does, with the standard library alone.

Its argument is the folder of a running simulator. It ends with exit code 1 if a check fails.
"""

import sys

# Each brings its checks, which run in this order.
import identity  # noqa: F401
import api  # noqa: F401
import betting  # noqa: F401
import streaming  # noqa: F401
import ended_session  # noqa: F401
from betfair import Betfair
from checks import run_checks

sys.exit(0 if run_checks(Betfair(sys.argv[1])) else 1)
