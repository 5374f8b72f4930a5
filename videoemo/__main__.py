"""`python -m videoemo`."""

from videoemo.cli import main

main()
