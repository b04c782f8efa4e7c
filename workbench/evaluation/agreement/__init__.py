"""How far people agree with each other, with themselves, with items of known answer, and with a machine's suggestion."""
