"""What keeps a server safe whoever asks: headers, sizes, rates, and who vouches for people."""
