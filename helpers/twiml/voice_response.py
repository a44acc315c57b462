"""What `twilio.twiml.voice_response` has, for pages that were written with the official builder.

Such a page moves over when ``twilio`` becomes ``helpers`` in its imports. New ones import from
`helpers.twiml`.
"""

from helpers.twiml import *  # noqa: F403 - the same classes, at their official address
