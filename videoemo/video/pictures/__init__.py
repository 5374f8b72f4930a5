"""Pictures: single ones, moving ones, folders of numbered ones."""
