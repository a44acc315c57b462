# The answers of lesson 08, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
def ask_twice(request):
    response = VoiceResponse()
    response.gather(num_digits=1, action="/order").say("Press 1 to order.")
    if request["turn"] == "2":
        response.say("Goodbye.")
    else:
        response.redirect("/?turn=2")
    return response


# %% ex1 not yet: `ask_twice` is a VoiceResponse, not a function
ask_twice = VoiceResponse()


# %% ex1 not yet: who presses nothing is asked once, not twice
def ask_twice(request):
    response = VoiceResponse()
    response.gather(num_digits=1, action="/order").say("Press 1 to order.")
    response.say("Goodbye.")
    return response


# %% ex1 not yet: times, not twice
def ask_twice(request):
    response = VoiceResponse()
    response.gather(num_digits=1, action="/order").say("Press 1 to order.")
    response.redirect("/")
    return response


# %% ex1 not yet: another caller, who comes next, is asked
asked = 0


def ask_twice(request):
    global asked
    asked = asked + 1
    response = VoiceResponse()
    if asked > 2:
        response.say("Goodbye.")
        return response
    response.gather(num_digits=1, action="/order").say("Press 1 to order.")
    response.redirect("/")
    return response


# %% ex1 not yet: your page failed: POST /: ValueError
def ask_twice(request):
    turn = int(request["turn"])
    response = VoiceResponse()
    if turn > 2:
        response.say("Goodbye.")
        return response
    response.gather(num_digits=1, action="/order").say("Press 1 to order.")
    response.redirect(f"/?turn={turn + 1}")
    return response


# %% ex1 not yet: does not get to /order
def ask_twice(request):
    response = VoiceResponse()
    response.gather(num_digits=1).say("Press 1 to order.")
    if request["turn"] == "2":
        response.say("Goodbye.")
    else:
        response.redirect("/?turn=2")
    return response


# %% ex1 not yet: Twilio reports 12200
def ask_twice(request):
    response = VoiceResponse()
    response.gather(num_digit=1, action="/order").say("Press 1 to order.")
    if request["turn"] == "2":
        response.say("Goodbye.")
    else:
        response.redirect("/?turn=2")
    return response


# %% ex2
def service(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/prices")
    gather.say("Press 1 to 5 for our service.")
    return response


def prices(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action=f"/end?first={request['Digits']}")
    gather.say("Press 1 to 5 for our prices.")
    return response


def end(request):
    response = VoiceResponse()
    response.say(f"You gave {request['first']} and {request['Digits']}.")
    return response


survey = {"/": service, "/prices": prices, "/end": end}


# %% ex2 not yet: `survey` is a function, not a dict of pages
def survey(request):
    response = VoiceResponse()
    response.gather(num_digits=1).say("Press 1 to 5 for our service.")
    return response


# %% ex2 not yet: two people call at once: who pressed 4 and 2 hears
first = ""


def service(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/prices")
    gather.say("Press 1 to 5 for our service.")
    return response


def prices(request):
    global first
    first = request["Digits"]
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/end")
    gather.say("Press 1 to 5 for our prices.")
    return response


def end(request):
    response = VoiceResponse()
    response.say(f"You gave {first} and {request['Digits']}.")
    return response


survey = {"/": service, "/prices": prices, "/end": end}


# %% ex2 not yet: who pressed 4 and 2 hears 'You gave 2 and 2.'
def service(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/prices")
    gather.say("Press 1 to 5 for our service.")
    return response


def prices(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/end")
    gather.say("Press 1 to 5 for our prices.")
    return response


def end(request):
    response = VoiceResponse()
    response.say(f"You gave {request['Digits']} and {request['Digits']}.")
    return response


survey = {"/": service, "/prices": prices, "/end": end}


# %% ex2 not yet: the second question is never asked
def service(request):
    response = VoiceResponse()
    response.gather(num_digits=1).say("Press 1 to 5 for our service.")
    return response


survey = {"/": service, "/prices": service}


# %% ex2 not yet: Twilio reports 11200: $SITE/prices answered 404
def service(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/prices")
    gather.say("Press 1 to 5 for our service.")
    return response


survey = {"/": service}


# %% ex3
def decide(request):
    said = request["SpeechResult"].lower().split()
    words = [word.strip(".,!?") for word in said]
    response = VoiceResponse()
    if request["Digits"] == "1" or "yes" in words:
        response.say("We repair it.")
    elif request["Digits"] == "2" or "no" in words:
        response.say("We wait.")
    else:
        response.say("Sorry?")
        response.redirect("/")
    return response


# %% ex3 not yet: `decide` cannot be called with one value
def decide():
    return VoiceResponse()


# %% ex3 not yet: who says 'yes' hears 'Sorry?'.
def decide(request):
    response = VoiceResponse()
    if request["Digits"] == "1":
        response.say("We repair it.")
    elif request["Digits"] == "2":
        response.say("We wait.")
    else:
        response.say("Sorry?")
        response.redirect("/")
    return response


# %% ex3 not yet: who says 'No' hears 'Sorry?'.
def decide(request):
    response = VoiceResponse()
    if request["Digits"] == "1" or request["SpeechResult"] == "yes":
        response.say("We repair it.")
    elif request["Digits"] == "2" or request["SpeechResult"] == "no":
        response.say("We wait.")
    else:
        response.say("Sorry?")
        response.redirect("/")
    return response


# %% ex3 not yet: who says 'Yes, please!' hears 'Sorry?'.
def decide(request):
    words = request["SpeechResult"].lower().split()
    response = VoiceResponse()
    if request["Digits"] == "1" or "yes" in words:
        response.say("We repair it.")
    elif request["Digits"] == "2" or "no" in words:
        response.say("We wait.")
    else:
        response.say("Sorry?")
        response.redirect("/")
    return response


# %% ex3 not yet: who says 'I know nothing about it' hears 'We wait.'.
def decide(request):
    said = request["SpeechResult"].lower()
    response = VoiceResponse()
    if request["Digits"] == "1" or "yes" in said:
        response.say("We repair it.")
    elif request["Digits"] == "2" or "no" in said:
        response.say("We wait.")
    else:
        response.say("Sorry?")
        response.redirect("/")
    return response


# %% ex3 not yet: who says 'Well, yes.' hears 'Sorry?'.
def decide(request):
    said = request["Digits"] + request["SpeechResult"].lower()
    response = VoiceResponse()
    if said.startswith(("1", "yes")):
        response.say("We repair it.")
    elif said.startswith(("2", "no")):
        response.say("We wait.")
    else:
        response.say("Sorry?")
        response.redirect("/")
    return response


# %% ex3 not yet: who presses 7 hears 'Sorry?', and is not asked again
def decide(request):
    words = [word.strip(".,!?") for word in request["SpeechResult"].lower().split()]
    response = VoiceResponse()
    if request["Digits"] == "1" or "yes" in words:
        response.say("We repair it.")
    elif request["Digits"] == "2" or "no" in words:
        response.say("We wait.")
    else:
        response.say("Sorry?")
    return response


# %% ex3 not yet: who presses 7 hears 'We wait.'.
def decide(request):
    said = request["SpeechResult"].lower()
    response = VoiceResponse()
    if request["Digits"] == "1" or "yes" in said:
        response.say("We repair it.")
    else:
        response.say("We wait.")
    return response


# %% ex4
def record(request):
    response = VoiceResponse()
    response.say("Speak after the beep.")
    response.record(max_length=60, action="/review")
    return response


def review(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/decide")
    gather.say("Press 1 to keep it, 2 to record again.")
    response.say("Saved.")
    return response


def kept(request):
    response = VoiceResponse()
    if request["Digits"] == "2":
        response.redirect("/")
    else:
        response.say("Saved.")
    return response


my_machine = {"/": record, "/review": review, "/decide": kept}

# %% ex4 not yet: `my_machine` has no page /.
my_machine = {"/machine": machine}


# %% ex4 not yet: after the message the beep comes again, and again
def record(request):
    response = VoiceResponse()
    response.say("Speak after the beep.")
    response.record(max_length=60)
    return response


my_machine = {"/": record}

# %% ex4 not yet: after the message the caller hears 'Thank you. Goodbye.'
my_machine = {**pages, "/": machine}


# %% ex4 not yet: who presses nothing after the message hears
def record(request):
    response = VoiceResponse()
    response.say("Speak after the beep.")
    response.record(max_length=60, action="/review")
    return response


def review(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/decide")
    gather.say("Press 1 to keep it, 2 to record again.")
    return response


def kept(request):
    response = VoiceResponse()
    if request["Digits"] == "2":
        response.redirect("/")
    else:
        response.say("Saved.")
    return response


my_machine = {"/": record, "/review": review, "/decide": kept}


# %% ex4 not yet: and cannot record again
def record(request):
    response = VoiceResponse()
    response.say("Speak after the beep.")
    response.record(max_length=60, action="/review")
    return response


def review(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/decide")
    gather.say("Press 1 to keep it, 2 to record again.")
    response.say("Saved.")
    return response


def kept(request):
    response = VoiceResponse()
    response.say("Saved.")
    return response


my_machine = {"/": record, "/review": review, "/decide": kept}


# %% ex4 not yet: Twilio reports 11200: $SITE/decide answered 404
def record(request):
    response = VoiceResponse()
    response.say("Speak after the beep.")
    response.record(max_length=60, action="/review")
    return response


def review(request):
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/decide")
    gather.say("Press 1 to keep it, 2 to record again.")
    response.say("Saved.")
    return response


my_machine = {"/": record, "/review": review}
