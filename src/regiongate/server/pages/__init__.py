"""How a page is made: templates, their filters, and the frame around them."""
