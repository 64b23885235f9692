"""What leaves the building. Leaves: httpx and the standard library, never the engine."""
