"""In the place of Twilio's package, where that is not installed: what exported sites use."""
