"""The Flask site of `examples/site`, for tests and for servers that tests start."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from flask import Flask

FOLDER = Path(__file__).parent.parent / "examples" / "site"

_spec = importlib.util.spec_from_file_location("examples_site_app", FOLDER / "app.py")
assert _spec
assert _spec.loader
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module  # Flask finds the folder of the templates by it
_spec.loader.exec_module(_module)

create_app: Callable[..., Flask] = _module.create_app
