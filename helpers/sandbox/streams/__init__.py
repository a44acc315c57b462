"""What runs over a WebSocket or beside a call: streams, relays, transcriptions."""
