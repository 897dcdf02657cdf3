"""How agencies and newsrooms write: names, datelines, bylines and credit lines. No format is known here."""
