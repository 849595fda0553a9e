"""`python -m harness.cassettes.canaries docs/canaries.md`: write the page; 1 when a canary was found."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.cassettes.canaries import page

if __name__ == "__main__":
    text = page()
    Path(sys.argv[1]).write_text(text, encoding="utf-8")
    sys.exit("Found: 0 of" not in text)
