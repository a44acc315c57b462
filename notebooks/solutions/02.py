# The answers of lesson 02, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
def verify(client, phone):
    request = client.validation_requests.create(phone_number=phone.number)
    phone.press(request.validation_code)


# %% ex1 not yet: no key was pressed
def verify(client, phone):
    client.validation_requests.create(phone_number=phone.number)


# %% ex1 not yet: the keys 123456 are not the code
def verify(client, phone):
    client.validation_requests.create(phone_number=phone.number)
    phone.press("123456")


# %% ex1 not yet: the friend's phone never rang
def verify(client, phone):
    phone.press(phone.number.lstrip("+"))


# %% ex1 not yet: `verify` failed with HandsetError
def verify(client, phone):
    request = client.validation_requests.create(phone.number)
    phone.press(request)


# %% ex1 not yet: `verify` cannot be called with 2 values
def verify(phone):
    request = client.validation_requests.create(phone_number=phone.number)
    phone.press(request.validation_code)


# %% ex1 not yet: not a function
verify = session.phone.number


# %% ex2
def rent(client, area_code):
    offers = client.available_phone_numbers("US").local.list(
        area_code=area_code, limit=1
    )
    bought = client.incoming_phone_numbers.create(phone_number=offers[0].phone_number)
    return bought.phone_number


# %% ex2 not yet: a search reserves nothing
def rent(client, area_code):
    offers = client.available_phone_numbers("US").local.list(
        area_code=area_code, limit=1
    )
    return offers[0].phone_number


# %% ex2 not yet: which is elsewhere
def rent(client, area_code):
    return client.incoming_phone_numbers.create(area_code="212").phone_number


# %% ex2 not yet: and returned None
def rent(client, area_code):
    client.incoming_phone_numbers.create(area_code=area_code)


# %% ex2 not yet: `rent` failed with
def rent(client, area_code):
    offers = client.available_phone_numbers("US").local.list(
        area_code=area_code, limit=1
    )
    return client.incoming_phone_numbers.create(phone_number=offers).phone_number
