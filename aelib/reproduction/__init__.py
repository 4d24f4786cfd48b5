"""Every figure that the documents report, beside ours: `claims` how each is measured, `runner` trains, `verdicts`
judges.
"""
