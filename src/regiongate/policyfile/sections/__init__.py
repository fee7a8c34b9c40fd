"""One file for each section of a policy file: its keys, its own rules, the value it becomes."""
