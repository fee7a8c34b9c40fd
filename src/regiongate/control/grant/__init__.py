"""What is granted for a time: exemptions and corrections, each with a reason and an approver."""
