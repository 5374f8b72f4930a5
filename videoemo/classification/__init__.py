"""Feature tables to fitted and judged classifiers of clips, and those at work on new videos."""
