"""The counter: one method, one business act; the only users of the tables."""
