"""From evidence to a suspended account: two people, two families of evidence, one notice."""
