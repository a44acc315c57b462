# The answers of lesson 00, and the wrong ones that people give; scripts/solutions.py says how.

# %% ex1
address = session.url("Messages/" + message.sid)

# %% ex1 not yet: that is the list of all texts
address = session.url("Messages")

# %% ex1 not yet: at that address is a call, not a text
address = session.url("Calls/" + call.sid)

# %% ex1 not yet: is no address of this API
address = message.sid

# %% ex1 not yet: answers 404
address = session.url("Messages/" + call.sid)

# %% ex1 not yet: the answer is XML
address = session.url("Messages/" + message.sid).removesuffix(".json")

# %% ex1 not yet: is no text in quotation marks
address = message

# %% ex2
document = """<Response>
    <Say>Ada.</Say>
    <Pause length="1"/>
    <Say>Goodbye, Ada.</Say>
</Response>"""

# %% ex2 not yet: the caller hears 'Ada.' only
document = "<Response><Say>Ada.</Say><Pause length='1'/></Response>"

# %% ex2 not yet: 0 seconds lie before Goodbye, not 1.
document = VoiceResponse()
document.say("Ada.")
document.say("Goodbye, Ada.")
document.pause(length=1)

# %% ex2 not yet: Twilio reports 12200
document = (
    "<Response><Say>Ada.</Say><pause length='1'/><Say>Goodbye, Ada.</Say></Response>"
)

# %% ex2 not yet: Twilio reports 12100
document = "<Response><Say>Ada & Co.</Say><Pause/><Say>Goodbye, Ada.</Say></Response>"

# %% ex2 not yet: no document
document = "Ada. Goodbye, Ada."

# %% ex2 not yet: not Goodbye
document = "<Response><Say>Goodbye</Say><Pause length='1'/><Say>Ada</Say></Response>"
