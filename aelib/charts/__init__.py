"""Pictures of runs: Plotly figures, images and animations. No Streamlit."""
