"""A voice for the sandbox, where one is installed: the program ``espeak-ng``.

It is optional (``apt-get install espeak-ng``, ``brew install espeak-ng``). Without it a word is a
tone. Either way a text lasts as long as it is told to: the times of a call never depend on it.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache

from helpers.sandbox.sound.codings import RATE, resampled

__all__ = ["installed", "speak"]

PROGRAM = "espeak-ng"
PACE = (80, 450)  # words a minute it can be made to speak, and still be understood
PATIENCE = 10.0  # real seconds

# Speakers by Twilio's name who are men; espeak-ng has one of each kind, and so the rest is women.
MEN = {
    *("man", "Adriano", "Andres", "Arthur", "Brian", "Cristiano", "Daniel", "Enrique", "Geraint"),
    *("Giorgio", "Gregory", "Hans", "Jacek", "Jan", "Jitka", "Joey", "Justin", "Karl", "Kazuha"),
    *("Kevin", "Laurent", "Liam", "Lorenzo", "Mads", "Mathieu", "Matthew", "Maxim", "Miguel"),
    *("Ola", "Pedro", "Remi", "Ricardo", "Ruben", "Russell", "Sergio", "Stephen", "Takumi"),
    *("Thiago", "Zayd"),
}
SPELLED_OTHERWISE = {"arb": "ar", "fil": "en"}


def installed() -> bool:
    """Whether there is a voice on this machine."""
    return shutil.which(PROGRAM) is not None


@lru_cache(maxsize=256)
def speak(
    words: str, seconds: float, voice: str = "", language: str = "", pitch: float = 0.0
) -> bytes | None:
    """*words* as 16-bit PCM that lasts exactly *seconds*, or None if nobody can say them.

    They are said once at the usual pace and, if that does not fit, again at the one that does;
    what is too long even so is cut off. It starts a program, about ten milliseconds a time.
    """
    wanted = round(seconds * RATE)
    if not installed() or not words.strip() or wanted <= 0:
        return None
    pace = max(PACE[0], min(PACE[1], round(60 * len(words.split()) / seconds)))
    for speaker in _speakers(voice, language):
        said = _say(words, speaker, pace, pitch)
        if said is None:
            continue
        fitting = max(PACE[0], min(PACE[1], int(pace * len(said) / (2 * wanted))))
        if fitting != pace:
            said = _say(words, speaker, fitting, pitch) or said
        return said[: 2 * wanted].ljust(2 * wanted, b"\0")
    return None


def _speakers(voice: str, language: str) -> list[str]:
    """espeak-ng's names for a voice, the best first."""
    name = voice.rpartition(".")[2].removesuffix("-Neural").removesuffix("-Generative")
    kind = "" if not voice or name in MEN else "+f3"
    wanted = language or "en-US"
    short = wanted.partition("-")[0]
    names = [wanted, SPELLED_OTHERWISE.get(short, short), "en-US"]
    return [f"{each}{kind}" for each in dict.fromkeys(names)]


def _say(words: str, speaker: str, pace: int, pitch: float) -> bytes | None:
    """What the program says, brought to eight thousand samples a second; None if it cannot."""
    height = max(0, min(99, round(50 + pitch / 2)))  # its own scale
    command = [PROGRAM, "--stdin", "--stdout", "-z", "-b", "1", "-v", speaker]
    command += ["-s", str(pace), "-p", str(height)]
    try:
        done = subprocess.run(
            command, input=words.encode(), capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    head, data = done.stdout[:44], done.stdout[44:]
    if done.returncode or len(head) < 44 or not data:
        return None
    return resampled(data, int.from_bytes(head[24:28], "little"))
