"""Every result that the documents report, compared with ours.

`claims` has the recipes, `measures` the metrics of a run, `runner` trains and records, `verdicts` compares.
"""
