"""The command `doctor`."""

from __future__ import annotations

import click

from videoemo.util.terminal import print_result

__all__ = ["doctor"]


@click.command()
def doctor() -> int:
    """Say what is installed, and what is missing.

    For what is missing, the command that brings it. Exit status 1 when something is missing without
    which nothing runs.
    """
    from videoemo.cli.installation import examine

    findings = examine()
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark = "ok " if finding.ok else "MISSING" if finding.needed else "-  "
        print_result(f"{mark}  {finding.what:{width}}  {finding.found}")
        if finding.remedy:
            print_result(f"{'':{width + 5}}  {finding.remedy}")
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1
