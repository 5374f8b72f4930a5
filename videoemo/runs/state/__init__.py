"""State of runs on disk: results, failures and leases, so that any number of runs can share an
output folder and be killed.
"""
