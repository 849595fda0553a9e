"""The fine-tuning lifecycle on Azure ML, one file a step; `run.py` is the list of them.

A step takes the clients and typed values and returns a frozen value with its `facts`. The clients are
`azure.ai.ml.MLClient`s, whichever backend answers them. Decisions are in `harness.decide`; heavy imports
(datasets, pandas, mlflow) wait until they are needed.
"""
