"""The business rules, one file for each: what finance accepts, and what may be sold."""
