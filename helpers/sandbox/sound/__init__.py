"""What is heard, as samples: words, keys, files, recordings. Made only when somebody fetches it."""
