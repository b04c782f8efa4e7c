"""Kill -9 of kernel, Jupyter server and browser in random order while somebody labels; then count what is left."""
