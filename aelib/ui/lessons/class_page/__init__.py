"""Parts of the page of a class: joining, who is here, tasks, predictions, the gradebook, and the class itself."""
