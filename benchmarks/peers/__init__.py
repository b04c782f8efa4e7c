"""Other people's tools, driven by the same script as ours."""
