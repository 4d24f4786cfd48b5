"""One module per page of the app, with what the page computes and draws."""
