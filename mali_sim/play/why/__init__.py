"""Why: changes explained by postings, by substitution, by what would have been without."""
