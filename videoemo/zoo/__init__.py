"""Model zoo: networks with their cards; those that do not ship are cached, fetched, imported and
bundled, each verified before it is opened.
"""
