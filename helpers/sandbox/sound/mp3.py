"""MP3 files, where a program that makes them is installed: ``lame`` or ``ffmpeg``."""

from __future__ import annotations

import shutil
import subprocess

__all__ = ["made_of", "program"]

COMMANDS = {
    "lame": ("--quiet", "-", "-"),
    "ffmpeg": ("-loglevel", "quiet", "-i", "pipe:0", "-f", "mp3", "pipe:1"),
}
PATIENCE = 60.0  # real seconds


def program() -> str | None:
    """The program that makes them, or None if there is none on this machine."""
    return next((name for name in COMMANDS if shutil.which(name)), None)


def made_of(wav: bytes) -> bytes | None:
    """A WAV file as MP3, or None if that cannot be done. It takes long: a thread's work."""
    name = program()
    if name is None:
        return None
    try:
        done = subprocess.run(
            [name, *COMMANDS[name]], input=wav, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None
