# The answers of lesson 04, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
body = "Ada here, running late"

# %% ex1 not yet: the text is empty
body = ""

# %% ex1 not yet: a text message is a string
body = 42

# %% ex1 not yet: 173 characters of GSM-7: that is 2 segments, 13 too many.
body = "x" * 173

# %% ex1 not yet: 80 characters of UCS-2: that is 2 segments, 10 too many.
body = "👋" * 40
