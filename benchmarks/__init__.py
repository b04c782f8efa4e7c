"""How fast the workbench is: each benchmark is a module to run, ``python -m benchmarks.extraction``."""
