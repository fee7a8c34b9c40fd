"""Cases: found, looked at, what comes next, and what a person does to one of them."""
