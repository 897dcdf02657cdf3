"""Which canonical story a story belongs to, and how it differs from it."""
