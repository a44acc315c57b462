"""One live call and what its verbs do: ring others, listen, play, record."""
