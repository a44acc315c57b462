"""Say in plain words when this Python is too old for the project. Runs on any Python, even 2."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This is Python %d.%d, and the notebooks need 3.11 or newer.\n"
        "Install a newer one and name it: make PYTHON=python3.12 lab\n"
        "Or install uv, which brings its own Python; then type the same command again."
        % sys.version_info[:2]
    )
