"""Every figure that the documents report, compared with ours.

`claims` has the recipes, `measures` what is measured of a run, `runner` trains and records, `verdicts` compares.
"""
