"""What `twilio.twiml.messaging_response` has, for pages written with the official builder.

Such a page moves over when ``twilio`` becomes ``helpers`` in its imports. Mind the `Redirect` here:
it is a message's, which `helpers.twiml` calls `MessagingRedirect`.
"""

from helpers.twiml import Body, Media, Message, MessagingResponse, TwiML
from helpers.twiml import MessagingRedirect as Redirect

__all__ = ["Body", "Media", "Message", "MessagingResponse", "Redirect", "TwiML"]
