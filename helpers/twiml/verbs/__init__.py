"""The elements of TwiML, a family per file. The folder is the list.

Importing this package imports every module in it; a class registers itself by being declared.
"""

from importlib import import_module
from pkgutil import iter_modules

import helpers.twiml.responses  # noqa: F401 - the outermost elements

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
