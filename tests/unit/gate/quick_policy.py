"""A policy by which a few answers decide, and a few requests hold a rung."""

from __future__ import annotations

REQUESTS = 14
"""On each rung."""

QUICK = f"""
[decision]
resamples = 999
[[primary]]
metric = "rouge_l"
margin = 0.06
[operations]
error_rate = 0.2
off = ["latency_p95_ratio"]
[validity]
leakage_check = false
[rollout]
requests = {REQUESTS}
most_requests = {REQUESTS}
"""
