"""The networks, their training and their runs. The only place that knows Keras."""
