"""Settings: TOML files to checked records."""
