"""What a reader has done: kept in a file of the reader's own, and told to nobody.

record       the file: which exercises and questions were right, and when
progress     what is done, what is open, and where to go on
certificate  a drawing that says so
in_words     an extension of IPython that says two errors in words
order        which cell to run first, when a name is missing
shipped      the lessons as they came: to start one over
update       a newer version, with what the reader wrote in it (merge says how)
"""
