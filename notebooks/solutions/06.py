# The answers of lesson 06, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
notice = VoiceResponse()
notice.say("Your code is 4 0 7 1.")
notice.pause(length=3)
notice.say("Once more: 4 0 7 1.")

# %% ex1 not yet: `notice` is no document
notice = "Your code is 4 0 7 1. ... Once more: 4 0 7 1."

# %% ex1 not yet: the caller hears 'Your code is 4071.', not 4 0 7 1.
notice = VoiceResponse()
notice.say("Your code is 4071.")
notice.pause(length=3)
notice.say("Once more: 4071.")

# %% ex1 not yet: between the two sentences lie 0 seconds, not 3.
notice = VoiceResponse()
notice.say("Your code is 4 0 7 1.", loop=2)
notice.pause(length=3)

# %% ex1 not yet: the caller hears one sentence, not two.
notice = "<Response><Say>4 0 7 1, 4 0 7 1</Say><Pause length='3'/></Response>"

# %% ex1 not yet: Twilio reports 13910
notice = """<Response>
    <Say>Your code is 4 0 7 1.</Say><Pause length="3s"/><Say>Once more: 4 0 7 1.</Say>
</Response>"""


# %% ex1 not yet: `notice` is a function.
def notice():
    return VoiceResponse()


# %% ex2
def number_back(request):
    response = VoiceResponse()
    if request["Digits"]:
        response.say(f"You typed {' '.join(request['Digits'])}.")
    else:
        response.gather().say("Please type a number, then the hash key.")
        response.say("Goodbye.")
    return response


# %% ex2 not yet: who presses nothing hears 'You typed' last, not Goodbye
def number_back(request):
    response = VoiceResponse()
    response.gather().say("Please type a number, then the hash key.")
    response.say("You typed " + " ".join(request["Digits"]))
    return response


# %% ex2 not yet: is read as one number
def number_back(request):
    response = VoiceResponse()
    if request["Digits"]:
        response.say(f"You typed {request['Digits']}.")
    else:
        response.gather().say("Please type a number, then the hash key.")
        response.say("Goodbye.")
    return response


# %% ex2 not yet: of the keys 4071# your page was told 4
def number_back(request):
    response = VoiceResponse()
    if request["Digits"]:
        response.say("You typed " + " ".join(request["Digits"]))
    else:
        response.gather(num_digits=1).say("Please type a number.")
        response.say("Goodbye.")
    return response


# %% ex2 not yet: last, not Goodbye
def number_back(request):
    response = VoiceResponse()
    if request["Digits"]:
        response.say("You typed " + " ".join(request["Digits"]))
    else:
        response.gather().say("Please type a number, then the hash key.")
    return response


# %% ex2 not yet: your page was asked once only
def number_back(request):
    response = VoiceResponse()
    response.say("Please type a number, then the hash key.")
    return response


# %% ex2 not yet: is a VoiceResponse, not a function
number_back = VoiceResponse()


# %% ex3
def after(request):
    response = VoiceResponse()
    if request["DialCallStatus"] == "completed":
        response.say("Goodbye.")
    else:
        response.say("Sorry, nobody is free.")
    return response


# %% ex3 not yet: 'goodbye' is missing
def after(request):
    response = VoiceResponse()
    if request["CallStatus"] == "completed":
        response.say("Goodbye.")
    else:
        response.say("Sorry, nobody is free.")
    return response


# %% ex3 not yet: when DialCallStatus is no-answer
def after(request):
    response = VoiceResponse()
    if request["DialCallStatus"] == "busy":
        response.say("Sorry, nobody is free.")
    else:
        response.say("Goodbye.")
    return response


# %% ex3 not yet: when DialCallStatus is failed
def after(request):
    response = VoiceResponse()
    if request["DialCallStatus"] in ("busy", "no-answer"):
        response.say("Sorry, nobody is free.")
    else:
        response.say("Goodbye.")
    return response


# %% ex3 not yet: 'sorry' is missing
def after(request):
    response = VoiceResponse()
    response.say("Goodbye.")
    return response


# %% ex3 not yet: your page failed
def after(request):
    response = VoiceResponse()
    if request.DialCallStatus == "completed":
        response.say("Goodbye.")
    return response


# %% ex3 not yet: your page returns nothing
def after(request):
    response = VoiceResponse()
    response.say("Goodbye." if request["DialCallStatus"] == "completed" else "Sorry.")
