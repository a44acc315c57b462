"""Sounds for tests: files to be played, and ears for what was recorded."""

import io
import math
import struct
import wave

from helpers.sandbox.sound.codings import to_bytes, to_samples


def wav(data, coding=1, bits=16, channels=1, rate=8000, block=0, more=b""):
    """A WAV file around *data*."""
    block = block or channels * bits // 8
    speed = rate * channels * bits // 8
    form = struct.pack("<HHIIHH", coding, channels, rate, speed, block, bits) + more
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def strength(sound, pitch):
    """How much of a tone is in a sound (Goertzel): about a third of its loudness at the most."""
    turn = 2 * math.cos(2 * math.pi * pitch / 8000)
    one = two = 0.0
    samples = to_samples(sound)
    for sample in samples:
        one, two = sample + turn * one - two, one
    return math.sqrt(one * one + two * two - turn * one * two) / max(1, len(samples))


def loudness(sound):
    return max((abs(sample) for sample in to_samples(sound)), default=0)


def recorded(town, sid):
    """The channels of a recording, each as samples, fetched from the sandbox."""
    url = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Recordings/{sid}.wav"
    reply = town.http.get(url, auth=town.auth, timeout=20)
    with wave.open(io.BytesIO(reply.content)) as file:
        count, frames = file.getnchannels(), file.readframes(file.getnframes())
    return [to_bytes(to_samples(frames)[i::count]) for i in range(count)]
