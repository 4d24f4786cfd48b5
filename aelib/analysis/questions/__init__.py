"""Frequently asked questions, each with a pair of experiments whose runs answer it."""

from .evidence import Evidence as Evidence
from .evidence import Measure as Measure
from .evidence import Question as Question
from .evidence import Side as Side
from .records import QUESTIONS as QUESTIONS
