"""The Streamlit app, the only package that imports Streamlit.

`page_frame` sets up every page; `lessons/` has one module per page; `views/` shows runs; `form/` holds the controls of
an experiment; `jobs/` shows training; `components/` are JavaScript canvases; `shell/` has what all of these share.
"""
