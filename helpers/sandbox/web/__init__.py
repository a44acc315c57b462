"""Web sites: how they are asked, which may be asked, what is remembered of them."""
