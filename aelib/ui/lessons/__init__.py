"""One module for each page of the app: what the page computes and draws."""
