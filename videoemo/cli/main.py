"""The entry point of the command line."""

from __future__ import annotations

import sys

from videoemo.util.terminal import safe_streams, say

__all__ = ["main"]


def main() -> None:
    """Run the command line.

    Exit status: 0 all done; 1 could not run; 2 wrong usage; 3 finished, but some or all
    videos failed; 130 interrupted.
    """
    with safe_streams():
        try:
            # Imported here: Ctrl-C is answered from the first moment.
            from videoemo.cli.commands import run

            status = run()
        except KeyboardInterrupt:
            say("videoemo: interrupted; what was finished is kept", error=True)
            status = 130
    sys.exit(status)
