"""Take recordings in: names read strictly, contents looked at, every file answered for."""
