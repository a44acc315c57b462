"""Write requirements.lock: every package with its hashes, and no address.

    python scripts/lock.py              keep the versions that still fit
    python scripts/lock.py --upgrade    take the newest that fit

The file has two parts, so that one lock serves two readers: what a learner's `make lab` installs,
then what only tests and checks need (a browser driver, the official client, type checkers: more
than the first part weighs). The second part is resolved on top of the first and never changes it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HEADER = """\
# Every package this project installs, with the hashes of its files. Made by `make lock`: edit
# pyproject.toml, not this. For Python 3.11 and newer, any system, pip or uv.
"""
# The Makefile cuts the file at this line.
DEVELOPERS = "# ---- developers: from here on only `make test` and `make check` need it ----\n"


def blocks(text: str) -> list[str]:
    """Split a compiled lock into one text per package, hashes included."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("#") or not line.strip():
            continue
        if line[0].isspace():
            found[-1] += line
        else:
            found.append(line)
    return found


def compile_lock(extras: list[str], constraints: Path, upgrade: bool) -> list[str]:
    """Resolve the project with *extras*, preferring what *constraints* names; one text per package.

    Raises SystemExit with what uv said when there is no solution.
    """
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise SystemExit("uv is needed to make the lock: install it, or `pip install uv`")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        # uv takes the versions of an output file that exists as its first choice.
        output = Path(folder) / "out.lock"
        output.write_text(constraints.read_text(encoding="utf-8"), encoding="utf-8")
        command = [uv, "pip", "compile", "pyproject.toml", "-", "--no-config", "--quiet"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        command += [f"--extra={extra}" for extra in extras] + ["--output-file", str(output)]
        command += ["--upgrade"] if upgrade else []
        # What builds the project is locked too, so that installing needs no second download.
        needed = "\n".join(project["build-system"]["requires"])
        done = subprocess.run(command, cwd=ROOT, input=needed, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return blocks(output.read_text(encoding="utf-8"))


def main() -> None:
    """Resolve both parts and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before.lock"
        before.write_text(LOCK.read_text(encoding="utf-8") if LOCK.exists() else "", "utf-8")
        everything = compile_lock(["notebook", "dev"], before, "--upgrade" in sys.argv)
        # The learner's part takes its versions from the whole, so that the two cannot differ.
        before.write_text("".join(everything), "utf-8")
        learners = compile_lock(["notebook"], before, upgrade=False)
    if not set(learners) <= set(everything):
        differing = sorted(text.split()[0] for text in set(learners) - set(everything))
        raise SystemExit(f"the two parts disagree about {', '.join(differing)}")
    rest = [text for text in everything if text not in set(learners)]
    text = HEADER + "".join(learners) + "\n" + DEVELOPERS + "".join(rest)
    LOCK.write_text(text, encoding="utf-8", newline="\n")
    print(f"requirements.lock: {len(learners)} packages for learners, {len(rest)} for developers")


if __name__ == "__main__":
    main()
