"""The generated pages of docs/reference, one module a page; `make docs` writes them, a test compares them."""
