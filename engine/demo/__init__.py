"""Demo mode: a clock that can be moved, and synthetic agencies, people and cases."""
