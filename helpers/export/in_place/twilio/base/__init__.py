"""In the place of Twilio's package of this name."""
