"""A run's state on disk: what is done, what failed, and who works on what, so that any number of runs can share a folder and be killed."""
