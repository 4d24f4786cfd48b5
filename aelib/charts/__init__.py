"""Pictures of runs as Plotly figures, SVG and small HTML: no Streamlit here, so a report can use them too."""
