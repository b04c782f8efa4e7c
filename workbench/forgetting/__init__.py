"""A speaker who withdraws is erased everywhere: named steps, each of which can be repeated."""
