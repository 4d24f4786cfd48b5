"""A class: what its students predict, train and answer, and what its teacher sees. No page is drawn here.

`items` are the questions that a lesson asks, each answered by a run; `predictions` has one for every lesson.
"""
