"""Why Twilio refuses a request, and what to do: plain words for the codes that learners meet.

Twilio's own texts are for people who know Twilio. The codes and what causes them are from its
documentation of the REST API and its list of errors; every code has a page of its own, too:
``https://www.twilio.com/docs/errors/`` and the number.
"""

from __future__ import annotations

_E164 = "Write the number with a plus and the country code, such as +14155550100."
_GEO = "Allow the country in the console (Voice or Messaging, Geo permissions)."
_WEB = "Give a whole address that begins with http:// or https://, and no host with an underscore."

#: code -> (why, next step)
ADVICE: dict[int, tuple[str, str]] = {
    # every request
    10001: (
        "The account is suspended or closed.",
        "Look at the console's first page for the reason.",
    ),
    10002: ("A trial account may not do this.", "Upgrade the account, or stay in the sandbox."),
    20001: ("A parameter has a value that makes no sense.", "The message names it: change it."),
    20003: (
        "The Account SID, or the auth token that belongs to it, is not right.",
        "Copy both once more from the console's first page into .env; look for blanks and for a"
        " token that was renewed since.",
    ),
    20004: (
        "The address exists, but not for this kind of request.",
        "GET reads, POST creates and changes, DELETE removes.",
    ),
    20007: ("More rows at a time were asked for than are given.", "Use a page_size up to 1000."),
    20008: (
        "Test credentials can start calls, send texts and buy numbers, and nothing else.",
        "Use the account's real credentials, or the sandbox.",
    ),
    20009: ("It is still under way.", "Wait until it has ended, then delete it."),
    20403: (
        "These credentials may see that, but not change it.",
        "Use the credentials of the account that owns it.",
    ),
    20404: (
        "This account has no such thing: the SID is misspelt, deleted or another account's.",
        "Compare the SID with what list() shows.",
    ),
    20410: ("This way to ask is no longer offered.", "Use client.messages."),
    20429: (
        "Too many requests are under way at the same time. This one was not carried out.",
        "Wait a moment and repeat it, longer each time.",
    ),
    20500: ("Something is broken on Twilio's side.", "Try again later."),
    20503: ("Twilio cannot take requests now.", "Try again later."),
    # calls
    13223: ("What was given as 'to' is no telephone number.", _E164),
    21201: ("A call needs somebody to call.", "Give to=."),
    21202: ("Numbers of that kind cost the caller extra and are not called.", "Use another one."),
    21203: ("Calls to other countries are not enabled.", _GEO),
    21205: (
        "A call needs instructions, and none were given or their address is of no use.",
        "Give url= with a whole http or https address, or twiml= with the document itself. Twilio"
        " cannot reach addresses of your own machine; the sandbox can.",
    ),
    21206: (
        "send_digits holds something that is no key.",
        "Use 0-9, *, #, A-D, and w or W for a pause, at most 32 of them.",
    ),
    21208: ("The time-out is out of its range.", "Give 1 to 600 seconds."),
    21209: ("There is no such method for a web address here.", "Use GET or POST."),
    21210: (
        "The number given as from_ is neither bought nor verified by this account.",
        "Use a number you own (client.incoming_phone_numbers.list()), or verify this one"
        " (client.validation_requests.create).",
    ),
    21211: ("What was given as 'to' is no telephone number.", _E164),
    21212: ("What was given as from_ is no number that can call or send.", _E164),
    21213: ("A call must come from somewhere.", "Give from_= with a number you own or verified."),
    21214: ("No network leads to that number.", "Check it, or use another one."),
    21215: ("The account may not call that country.", _GEO),
    21216: ("Twilio does not connect calls to that number.", "Use another one."),
    21217: ("That does not look like a telephone number.", _E164),
    21218: (
        "The instructions name something that is not there, or contradict each other.",
        "Check the application's SID, and give one of url= and twiml=.",
    ),
    21219: (
        "A trial account calls verified numbers only.",
        "Verify it first (client.validation_requests.create), or upgrade the account.",
    ),
    21220: (
        "Only a call that is being talked in can be given other instructions.",
        "Look at its status; a call that ended stays ended.",
    ),
    21234: (
        "A setting of the machine detection is out of its range.",
        "The message names it: change it, or leave it out.",
    ),
    21609: ("The address for status callbacks is of no use.", _WEB),
    32018: (
        "TwiML given in the request itself is limited to 4000 characters.",
        "Put the document on a web site and give its address as url=.",
    ),
    # conferences
    13240: (
        "No call with that SID is in this conference.",
        "Take one that participants.list() shows.",
    ),
    16023: ("The label is too long.", "A label has 128 characters at most."),
    16025: ("Another participant of this conference has that label.", "Give another label."),
    # texts
    21265: ("A short code cannot get texts.", "Give a telephone number as to=."),
    21266: ("A number cannot text itself.", "Give another to=."),
    21267: ("A trial account sends from numbers only.", "Use a number, or upgrade the account."),
    21408: ("The account may not text that country.", _GEO),
    21602: ("The text is empty.", "Give body= or media_url=."),
    21603: ("A text must come from somewhere.", "Give from_= with a number you own."),
    21604: ("A text needs somebody to get it.", "Give to=."),
    21605: ("The old SMS resource takes 160 characters.", "Use client.messages: it takes 1600."),
    21606: (
        "The number given as from_ is not yours, or it cannot send texts.",
        "Use one that client.incoming_phone_numbers.list() shows with the capability sms.",
    ),
    21608: (
        "A trial account texts verified numbers only.",
        "Verify it first (client.validation_requests.create), or upgrade the account.",
    ),
    21610: (
        "Whoever has that number answered STOP to this sender.",
        "Leave them alone. Only they can undo it, by texting START.",
    ),
    21611: ("Too many texts already wait for this sender.", "Send more slowly."),
    21612: ("No network takes texts from this sender to that number.", "Check both numbers."),
    21614: ("That number cannot get texts: it is not a mobile.", "Use a mobile's number."),
    21617: ("A text may have 1600 characters.", "Shorten it, or send two."),
    21619: ("The text is empty.", "Give body= or media_url=."),
    21620: ("The address of the picture is of no use.", _WEB),
    21621: ("This number cannot send pictures.", "Use one with the capability mms."),
    21623: ("A message carries ten pictures at most.", "Send two messages."),
    21624: ("The validity period is out of its range.", "Give 1 to 36000 seconds."),
    21635: (
        "That number is a landline, and its country sends no texts to those.",
        "Use a mobile's number, or give force_delivery=True to try nevertheless.",
    ),
    21654: ("Variables are for a template, and none is named.", "Give content_sid= or body=."),
    21655: ("There is no such template.", "Send a body=."),
    21659: (
        "The number given as from_ is not one of Twilio's.",
        "Texts go out from a number you bought; a verified number can only call.",
    ),
    21660: ("The number given as from_ belongs to another account.", "Use one of yours."),
    21661: ("The number given as from_ cannot send texts.", "Use one with the capability sms."),
    21701: (
        "There is no messaging service with that SID.",
        "Take one that client.messaging.v1.services.list() shows.",
    ),
    21704: (
        "The messaging service has nobody who could send it.",
        "Add a number: client.messaging.v1.services(sid).phone_numbers.create().",
    ),
    21705: ("That is no SID of a messaging service.", "It begins with MG; compare it."),
    21710: ("The number is in this service already.", "Nothing: use it."),
    21711: (
        "The number given as from_ is not one of the service's.",
        "Leave from_ out, or add the number to the service.",
    ),
    21712: ("The number is in another service.", "Remove it there first."),
    21713: ("There is no such use case.", "Leave usecase= out."),
    21910: (
        "One is a WhatsApp address, the other a telephone number.",
        "Write whatsapp: before both, or before neither.",
    ),
    30409: ("Only a scheduled message can be canceled.", "A message that was sent is sent."),
    35111: ("A schedule needs a time.", "Give send_at=."),
    35114: (
        "The time is too near or too far.",
        "Give send_at= 5 minutes to 35 days from now, in UTC.",
    ),
    35117: ("The time is too near or too far.", "Give send_at= 5 minutes to 35 days from now."),
    35118: ("Only a messaging service can send later.", "Give messaging_service_sid=."),
    35126: ("There is one way to schedule.", 'Give schedule_type="fixed".'),
    63007: (
        "The address given as from_ is no WhatsApp sender of this account.",
        "Use whatsapp: and a number you own.",
    ),
    63038: ("The account has sent as many texts as it may in a day.", "Go on tomorrow."),
    # numbers
    21401: ("That is no telephone number.", _E164),
    21402: ("The web address for calls or texts to the number is of no use.", _WEB),
    21403: ("There is no such method for a web address here.", "Use GET or POST."),
    21404: (
        "A trial account owns one number.",
        "Release it first (client.incoming_phone_numbers(sid).delete()), or upgrade.",
    ),
    21405: ("A fallback needs something to fall back from.", "Give the main address too."),
    21406: ("A fallback needs something to fall back from.", "Give the main address too."),
    21421: ("That is no telephone number.", _E164),
    21422: (
        "Somebody has that number, or it was never on offer.",
        "Take one that client.available_phone_numbers lists.",
    ),
    21449: ("The account can use that number already.", "Nothing: use it."),
    21450: ("This account has verified that number already.", "Nothing: use it."),
    21451: ("That is no area code.", "Give three digits, such as 415."),
    21452: ("No number with that area code is free.", "Try another area code."),
    21453: ("Another account has verified that number.", "Use the other account, or number."),
    21454: ("The call cannot be put off that long.", "Give call_delay= 0 to 60 seconds."),
    21458: (
        "The number is of another kind than the place where it was to be bought.",
        "Buy it with client.incoming_phone_numbers.create, or where its kind is.",
    ),
    21470: ("That is no account.", "Give the SID of one of your accounts."),
    21471: (
        "There is no such account in this family, or not for these credentials.",
        "Use the main account's credentials, and the SID of one of its sub-accounts.",
    ),
    21472: ("That account is suspended or closed.", "Make it active first, or use another."),
    21475: ("There is no such status.", "Give active, suspended or closed."),
    21477: ("A main account's status is not changed here.", "Use the console."),
    21479: ("A closed account stays closed.", "Make another sub-account."),
    21481: ("That page is not there, or no longer.", "Begin with the first page again."),
    # codes to verify somebody with (Verify)
    60200: ("A parameter has a value that makes no sense.", "The message names it: change it."),
    60202: ("The code was tried too often.", "Begin another verification in ten minutes."),
    60203: ("Too many codes were sent.", "Wait ten minutes, or check the one that was sent."),
    60204: ("The service does not do that.", "Take another service, or change this one."),
    60223: ("The service does not send codes that way.", "Use another channel."),
    # the trial of 2026
    572002: ("On this trial that sender is not for that recipient.", "See the console for whose."),
    573002: ("On this trial that sender is not for that recipient.", "See the console for whose."),
    572005: ("The recipient has not been verified.", "Finish the verification first."),
    573005: ("The recipient has not been verified.", "Finish the verification first."),
}

_BY_STATUS: dict[int, tuple[str, str]] = {
    401: ADVICE[20003],
    403: ("These credentials may not do that.", "Use the account's own SID and auth token."),
    404: ADVICE[20404],
    405: ADVICE[20004],
    429: ADVICE[20429],
}


def advice(code: int, status: int = 400) -> tuple[str, str]:
    """Return why a request was refused and what to do: two sentences, "" where we know nothing.

    *code* is Twilio's number for it, *status* the HTTP status, for codes that are not known here.
    """
    if code in ADVICE:
        return ADVICE[code]
    if status >= 500:
        return ADVICE[20500]
    return _BY_STATUS.get(status, ("", ""))


def more_info(code: int) -> str:
    """Return the address of Twilio's page about *code*."""
    return f"https://www.twilio.com/docs/errors/{code}"
