"""JupyterHub for a class on one machine: everybody gets a copy of the course, and JupyterLab on it.

    COURSE=/srv/course CLASS_PASSWORD=... jupyterhub -f docs/hub/jupyterhub_config.py

COURSE is a checkout in which `make lab` was run once; HOMES (by default ``homes`` beside it) is
where the copies go. The sandbox of a lesson runs in the reader's own kernel, so a class needs
memory for kernels (about 0.2 GB a reader) and nothing else. All readers run under one account of
the machine: that is for a room of people who trust one another. For others take a spawner that
keeps them apart, such as one container each; the rest stays as it is.
"""

import os
import shutil
import sys
from pathlib import Path

COURSE = Path(os.environ.get("COURSE", ".")).resolve()
HOMES = Path(os.environ.get("HOMES", COURSE.parent / "homes")).resolve()
if HOMES.is_relative_to(COURSE):
    raise SystemExit("HOMES is inside of COURSE, which is copied into it: name another folder.")
NOT_FOR_READERS = ("instructor", "solutions")
#: What the teacher has of their own in the checkout: credentials, a record, notes.
THE_TEACHERS = (".env*", "progress.jsonl", "yours", "*.sqlite*")
NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".shipped", "build", "__pycache__", "node_modules", ".ipynb_checkpoints"),
    *NOT_FOR_READERS,
    *THE_TEACHERS,
)


def hand_out(spawner):
    """Give a reader their copy of the course, once: what they have written since is theirs."""
    home = HOMES / spawner.user.name
    if not (home / "notebooks").exists():
        shutil.copytree(COURSE, home, ignore=NOT_COPIED, dirs_exist_ok=True)
        (home / ".shipped").mkdir(exist_ok=True)  # where start_over(...) finds lessons as they came
        for lesson in (home / "notebooks").glob("*.ipynb"):
            shutil.copyfile(lesson, home / ".shipped" / lesson.name)


c = get_config()  # noqa: F821 - JupyterHub gives it

c.JupyterHub.bind_url = os.environ.get("BIND_URL", "http://127.0.0.1:8000")
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["CLASS_PASSWORD"]  # a Hub without one is not started
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"^\w[\w.-]*$"  # a name is a folder, and ".." would be another's

c.SimpleLocalProcessSpawner.home_dir_template = str(HOMES / "{username}")
c.Spawner.pre_spawn_hook = hand_out
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab/tree/notebooks/00-start-here.ipynb"
# The copy in the reader's home is what their kernels import.
c.Spawner.environment = {"PYTHONPATH": lambda spawner: str(HOMES / spawner.user.name)}
c.Spawner.mem_limit = "1G"
