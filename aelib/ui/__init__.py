"""Everything that touches Streamlit: one call, `layout.page`, begins every page; `controls` turn widgets into an
Experiment and back; `progress` trains and watches; `views` show a run; `canvas` draws in the browser."""
