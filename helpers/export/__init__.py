"""Take a web app out of the notebook: a small project in a folder, ready for a host.

    from helpers.export import Hosting, export

    export(shop, "my-shop")                             # a function of a request
    export({"/voice": voice, "/sms": sms}, "my-shop")   # several, by their paths
    export(Path("shop.py"), "my-shop")                  # a file (or its text) with an ASGI app

`project` writes the files and guards what is there, `harvest` finds the source of a page with all
of the notebook that it uses, `hosting` runs what was written as a host would.
"""

from __future__ import annotations

from helpers.export.hosting import Hosting
from helpers.export.project import DIFFERENCES, Difference, Exported, export

__all__ = ["DIFFERENCES", "Difference", "Exported", "Hosting", "export"]
