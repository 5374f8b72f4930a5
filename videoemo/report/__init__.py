"""The report: pages for a browser, made from the results alone, which need no network."""
