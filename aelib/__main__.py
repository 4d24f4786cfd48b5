"""`python -m aelib` is the command `aelib`."""

import sys

from aelib.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
