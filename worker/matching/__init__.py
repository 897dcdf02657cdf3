"""Words, fingerprints and alignment of copy: pure functions, no state."""
