"""Where an address is: sources read into step functions over the address space, and MaxMind DB."""
