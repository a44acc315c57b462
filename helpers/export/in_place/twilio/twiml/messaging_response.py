"""In the place of Twilio's module of this name."""

from helpers.twiml import Body, Media, Message, MessagingResponse

__all__ = ["Body", "Media", "Message", "MessagingResponse"]
