"""`python -m videoemo`."""

from videoemo.cli.main import main

main()
