"""The networks that do not ship: kept in a folder, fetched, imported, bundled; each checked before anything opens it."""
