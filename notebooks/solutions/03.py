# The answers of lesson 03, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
words = quote("Fish & chips? 50% off!")
url_of_the_day = "http://twimlets.com/message?Message=" + words

# %% ex1 not yet: Twilio refuses the call: 21205
url_of_the_day = "http://twimlets.com/message?Message=Fish & chips? 50% off!"

# %% ex1 not yet: An & begins the next parameter
words = "Fish & chips? 50%25 off!".replace(" ", "%20")
url_of_the_day = "http://twimlets.com/message?Message=" + words

# %% ex1 not yet: Twilio refuses the call: 21205
url_of_the_day = quote("http://twimlets.com/message?Message=Fish & chips? 50% off!")

# %% ex1 not yet: It was encoded twice
url_of_the_day = "http://twimlets.com/message?Message=" + quote(
    quote("Fish & chips? 50% off!")
)

# %% ex1 not yet: the phone heard 'Fish and chips?'
url_of_the_day = "http://twimlets.com/message?Message=" + quote("Fish and chips?")

# %% ex1 not yet: heard nothing of yours
url_of_the_day = "http://twimlets.com/message?" + quote("Fish & chips? 50% off!")

# %% ex2
call = client.calls.create(
    to=session.phone.number,
    from_=session.number,
    twiml="<Response><Say>No page at all.</Say></Response>",
)
await session.ended(call)
sid = call.sid

# %% ex2 not yet: this call asked a page for its words
sid = facts["sid"]

# %% ex2 not yet: '+14155550100' is no SID of a call
sid = session.phone.number

# %% ex2 not yet: Twilio knows no call
sid = "CA" + "0" * 32

# %% ex2 not yet: and nothing was said in it
call = client.calls.create(
    to=session.phone.number,
    from_=session.number,
    twiml="<Response><Pause/></Response>",
)
await session.ended(call)
sid = call.sid

# %% ex2 not yet: the call is still
call = client.calls.create(
    to=session.phone.number,
    from_=session.number,
    twiml="<Response><Say>No page at all.</Say></Response>",
)
sid = call.sid

# %% ex2 not yet: 'completed' is no SID of a call
call = await session.ended(call)
sid = call.status


# %% ex3
def why_not(client, to, from_):
    try:
        client.calls.create(
            to=to, from_=from_, twiml="<Response><Say>Hello</Say></Response>"
        )
    except TwilioError as error:
        return error.code


# %% ex3 not yet: gets out of your function
def why_not(client, to, from_):
    call = client.calls.create(to=to, from_=from_, url=url)
    return None if call.sid else call.status


# %% ex3 not yet: That is the whole error
def why_not(client, to, from_):
    try:
        client.calls.create(to=to, from_=from_, url=url)
    except TwilioError as error:
        return error


# %% ex3 not yet: printing it is not enough
def why_not(client, to, from_):
    try:
        client.calls.create(to=to, from_=from_, url=url)
    except TwilioError as error:
        print(error.code)


# %% ex3 not yet: the order was taken, and it returns 'queued'
def why_not(client, to, from_):
    try:
        return client.calls.create(to=to, from_=from_, url=url).status
    except TwilioError as error:
        return error.code


# %% ex3 not yet: no call was ordered
def why_not(client, to, from_):
    if to == "+15558675310":
        return 21219
    if to == "+1415555":
        return 13223
    return 21210 if from_ == "+15558675310" else None
