"""Appeals: opened by a signed link, decided by an approver, reopened once."""
