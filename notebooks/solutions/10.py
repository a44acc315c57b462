# The answers of lesson 10, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
from helpers import RequestValidator


def is_twilio(request, token, public):
    signature = request.headers.get("x-twilio-signature", "")
    address = public + request.target
    return RequestValidator(token).validate(address, dict(request.form), signature)


# %% ex1 not yet: Twilio itself is turned away
from helpers import RequestValidator


def is_twilio(request, token, public):
    signature = request.headers.get("x-twilio-signature", "")
    return RequestValidator(token).validate(
        request.url(), dict(request.form), signature
    )


# %% ex1 not yet: a made-up signature is let in
def is_twilio(request, token, public):
    return "x-twilio-signature" in request.headers


# %% ex1 not yet: a request without a signature is let in
def is_twilio(request, token, public):
    return request["CallSid"].startswith("CA")


# %% ex1 not yet: Twilio itself is turned away
from helpers import RequestValidator


def is_twilio(request, token, public):
    signature = request.headers.get("x-twilio-signature", "")
    return RequestValidator(token).validate(
        public + request.path, dict(request.form), signature
    )


# %% ex1 not yet: returns None
def is_twilio(request, token, public):
    request.is_signed_by(token, public=public)


# %% ex1 not yet: `is_twilio` failed with KeyError: 'signature'.
def is_twilio(request, token, public):
    return request.headers["signature"] != ""


# %% ex1 not yet: is a bool, not a function
is_twilio = True


# %% ex1 not yet: cannot be called with 3 values
def is_twilio(request):
    return request.signed


# %% ex2
def send_safely(client, allowed, sender, to, body):
    to = to.replace(" ", "").replace("-", "")
    if to not in allowed:
        return None
    return client.messages.create(to=to, from_=sender, body=body)


# %% ex2 not yet: who is not on the list
def send_safely(client, allowed, sender, to, body):
    message = client.messages.create(to=to, from_=sender, body=body)
    return message if to in allowed else None


# %% ex2 not yet: nothing was sent to +1 415-555-0100
def send_safely(client, allowed, sender, to, body):
    if to in allowed:
        return client.messages.create(to=to, from_=sender, body=body)


# %% ex2 not yet: who is not on the list ['+1415555010']
def send_safely(client, allowed, sender, to, body):
    to = to.replace(" ", "").replace("-", "")
    if any(to.startswith(number) for number in allowed):
        return client.messages.create(to=to, from_=sender, body=body)


# %% ex2 not yet: it returns 'not allowed'
def send_safely(client, allowed, sender, to, body):
    to = to.replace(" ", "").replace("-", "")
    if to not in allowed:
        return "not allowed"
    return client.messages.create(to=to, from_=sender, body=body)


# %% ex2 not yet: what is returned is None
def send_safely(client, allowed, sender, to, body):
    to = to.replace(" ", "").replace("-", "")
    if to in allowed:
        client.messages.create(to=to, from_=sender, body=body)


# %% ex2 not yet: failed with TwilioError
def send_safely(client, allowed, sender, to, body):
    to = to.replace(" ", "").replace("-", "")
    if to in allowed:
        return client.messages.create(to=sender, from_=to, body=body)


# %% ex3
def patiently(ask, wait):
    answer = ask()
    for seconds in (1, 2, 4, 8, 16):
        if answer.status_code != 429:
            return answer
        wait(seconds)
        answer = ask()
    return answer


# %% ex3 not yet: gives up after the first 429
def patiently(ask, wait):
    return ask()


# %% ex3 not yet: without waiting
def patiently(ask, wait):
    answer = ask()
    while answer.status_code == 429:
        answer = ask()
    return answer


# %% ex3 not yet: the waits are 1, 1, 1, 1, 1: they do not grow
def patiently(ask, wait):
    answer = ask()
    while answer.status_code == 429:
        wait(1)
        answer = ask()
    return answer


# %% ex3 not yet: a request that is simply wrong (400) was asked
def patiently(ask, wait):
    for seconds in (1, 2, 4, 8, 16):
        answer = ask()
        if answer.status_code == 201:
            return answer
        wait(seconds)
    return answer


# %% ex3 not yet: more than 3600 seconds in all
def patiently(ask, wait):
    seconds = 1
    answer = ask()
    while answer.status_code == 429:
        wait(seconds)
        seconds *= 2
        answer = ask()
    return answer


# %% ex3 not yet: too soon
def patiently(ask, wait):
    answer = ask()
    for seconds in (0.5, 1):
        if answer.status_code != 429:
            return answer
        wait(seconds)
        answer = ask()
    return answer


# %% ex3 not yet: what is returned is None
def patiently(ask, wait):
    for seconds in (1, 2, 4, 8):
        if ask().status_code != 429:
            return
        wait(seconds)
