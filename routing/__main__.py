"""`python -m routing`: the library's commands without the service."""

import sys

from routing.cli import main

if __name__ == "__main__":
    sys.exit(main())
