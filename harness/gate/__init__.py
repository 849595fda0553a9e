"""The gate between a fine-tuned model and production: may the candidate take the place of the one in service?"""

from __future__ import annotations
