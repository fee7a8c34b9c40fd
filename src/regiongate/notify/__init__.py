"""Messages and their delivery: a notice's facts → words → mail → a server's answer → bounces.

Whom to tell, and whether to tell again, is decided elsewhere; nothing here touches the store.
"""
