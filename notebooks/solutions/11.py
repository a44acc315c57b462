# The answers of lesson 11, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
month = estimate(texts=400 * 2 + 300, carrier_fees=400 * 2, numbers=1)

# %% ex1 not yet: each reminder counts as one there
month = estimate(texts=700, carrier_fees=400, numbers=1)

# %% ex1 not yet: the answers are not among them
month = estimate(texts=800, carrier_fees=800, numbers=1)

# %% ex1 not yet: 0 carrier fees: one is due for each segment that goes out
month = estimate(texts=1100, numbers=1)

# %% ex1 not yet: a carrier fee is counted for the answers, too
month = estimate(texts=1100, carrier_fees=1100, numbers=1)

# %% ex1 not yet: 0 numbers are rented
month = estimate(texts=1100, carrier_fees=800)

# %% ex1 not yet: 9.13 dollars are not what comes out
month = 9.13

# %% ex1 not yet: a str is no estimate and no sum
month = "13.08"


# %% ex2
def news(notes, seen):
    new = [note for note in notes if note.log == "0" and note.sid not in seen]
    seen.update(note.sid for note in new)
    return [note.error_code for note in new]


# %% ex2 not yet: when it is asked a second time
def news(notes, seen):
    return [
        note.error_code for note in notes if note.log == "0" and note.sid not in seen
    ]


# %% ex2 not yet: when there was a warning only
def news(notes, seen):
    new = [note for note in notes if note.sid not in seen]
    seen.update(note.sid for note in new)
    return [note.error_code for note in new]


# %% ex2 not yet: Each failure has a SID of its own
def news(notes, seen):
    new = {note.error_code for note in notes if note.log == "0"} - seen
    seen |= new
    return list(new)


# %% ex2 not yet: when a page failed twice, it tells 1 of them
def news(notes, seen):
    for note in notes:
        if note.log == "0" and note.sid not in seen:
            seen.add(note.sid)
            return [note.error_code]
    return []


# %% ex2 not yet: it returns None, which is no list
def news(notes, seen):
    for note in notes:
        print(note.error_code)


# %% ex2 not yet: tell its error_code, not the note itself
def news(notes, seen):
    new = [note.sid for note in notes if note.log == "0" and note.sid not in seen]
    seen.update(new)
    return new


# %% ex3
def my_voice(request):
    response = VoiceResponse()
    response.say("Hello, this is my own page.")
    return response


def my_sms(request):
    response = MessagingResponse()
    response.message(f"Thank you for {len(request['Body'])} characters.")
    return response


my_site = {"/voice": my_voice, "/sms": my_sms}


# %% ex3 not yet: `my_site` is a function
def my_site(request):
    response = VoiceResponse()
    response.say("Hello.")
    return response


# %% ex3 not yet: there is no page /sms
my_site = {"/voice": voice}


# %% ex3 not yet: uses session, a Session: what is alive cannot be written into a file
def my_voice(request):
    response = VoiceResponse()
    response.say(f"Hello from {session.number}.")
    return response


my_site = {"/voice": my_voice, "/sms": sms}

# %% ex3 not yet: is a lambda
my_site = {
    "/voice": lambda request: "<Response><Say>Hello.</Say></Response>",
    "/sms": sms,
}


# %% ex3 not yet: a call that reached your site ended with 11200
def my_voice(request):
    return 1 / 0


my_site = {"/voice": my_voice, "/sms": sms}


# %% ex3 not yet: a text gets no answer
def my_sms(request):
    return MessagingResponse()


my_site = {"/voice": voice, "/sms": my_sms}


# %% ex3 not yet: a caller hears nothing
def my_voice(request):
    return VoiceResponse()


my_site = {"/voice": my_voice, "/sms": sms}
