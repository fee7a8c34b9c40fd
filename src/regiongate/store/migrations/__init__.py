"""How the schema came to be, one revision after the other. A revision never changes again."""
