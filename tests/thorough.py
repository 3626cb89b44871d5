"""How much is judged where one screen stands for many: one of each kind, or all. `make test-thorough` judges all."""

from __future__ import annotations

import os

from app.kernel.languages import PUBLIC, SOURCE

THOROUGH = bool(os.environ.get("THOROUGH"))

WALKED = list(PUBLIC) if THOROUGH else [SOURCE]
"""Languages in which a journey is walked whose words do not change what happens."""
