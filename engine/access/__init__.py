"""Who may see and do what. Deny by default, by relationship."""
