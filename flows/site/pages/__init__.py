"""One module per kind of page, named as its folder in the site: `pages(centre)` yields them."""
