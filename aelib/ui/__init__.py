"""The Streamlit app, the only part that imports Streamlit.

`page_frame` stands around every page; `lessons/` has one module for each page; `views/` shows runs, `form/` asks for
experiments, `jobs/` shows training, `components/` are canvases in JavaScript, `shell/` is what all of them need.
"""
