"""Notices from the case to the server's answer: compose, deliver, and hear of what came back."""
