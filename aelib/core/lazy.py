"""Modules that are imported when they are first used, so that commands that train nothing start at once.

    if TYPE_CHECKING:
        import torch
    else:
        torch = lazy("torch")

Why not `importlib.util.LazyLoader` (or `lazy_loader.load`, which uses it): both put a module that is not loaded into
`sys.modules`, and on Python 3.11 two threads that touch it at the same time can see it half loaded. Streamlit runs
every session in a thread. Here the import system's own lock lets the second thread wait.
"""

import importlib
from types import ModuleType
from typing import Any


class _LazyModule(ModuleType):
    """Stands for a module. An attribute is cached after its first use, so a second access costs nothing."""

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self.__name__), attribute)
        setattr(self, attribute, value)
        return value


def lazy(name: str) -> Any:
    """A stand-in for module `name`, which is imported when one of its attributes is first used."""
    return _LazyModule(name)
