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

# %% ex2
message = client.messages.create(
    from_=session.number, to=session.phone.number, body="x" * 130
)
await session.delivered(message)
sid = message.sid

# %% ex2 not yet: 68 characters in all: that is 1 segment, not two.
message = client.messages.create(
    from_=session.number, to=session.phone.number, body="x" * 30
)
await session.delivered(message)
sid = message.sid

# %% ex2 not yet: that is 3 segments, not two.
message = client.messages.create(
    from_=session.number, to=session.phone.number, body="x" * 300
)
sid = message.sid

# %% ex2 not yet: it is still queued
sid = client.messages.create(
    from_=session.number, to=session.phone.number, body="x" * 130
).sid

# %% ex2 not yet: that text came in
sid = session.phone.text(session.number, "x" * 200)

# %% ex2 not yet: 2 is no SID of a message
sid = segments(TRIAL_PREFIX + "x" * 130).count

# %% ex3
order = {
    "From": session.number,
    "To": session.phone.number,
    "Body": "Hello from a mended form",
}

# %% ex3 not yet: it is refused with 21619
order = {"From": session.phone.number, "To": "+15558675310", "Body": ""}

# %% ex3 not yet: it is refused with 21659
order = {"From": session.phone.number, "To": "+15558675310", "Body": "Are you in?"}

# %% ex3 not yet: it is refused with 21608
order = {"From": session.number, "To": "+15558675310", "Body": "Are you in?"}

# %% ex3 not yet: it is refused with 21211
order = {"From": session.number, "To": "555 0100", "Body": "Are you in?"}

# %% ex3 not yet: Twilio knows no field 'from_' here
order = {"from_": session.number, "to": session.phone.number, "body": "Are you in?"}

# %% ex3 not yet: a form is a dict of names and values, not a str
order = "From=+15005550006"
