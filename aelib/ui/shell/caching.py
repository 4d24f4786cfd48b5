"""Results that are cached for all sessions, with a spinner that says what is being computed."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

from aelib.core.language import _

P = ParamSpec("P")
T = TypeVar("T")


def cached(doing: str, max_entries: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """`st.cache_data` whose spinner speaks the language of the session. doing: in English, marked for translation."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        kept: Callable[P, T] = st.cache_data(max_entries=max_entries, show_spinner=False)(function)

        @functools.wraps(function)
        def call(*arguments: P.args, **options: P.kwargs) -> T:
            with st.spinner(_(doing)):
                return kept(*arguments, **options)

        return call

    return decorate
