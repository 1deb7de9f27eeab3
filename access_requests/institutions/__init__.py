"""Which institution a domain belongs to: read from the data dump of the Research Organization Registry (ROR).

`ror` reads the file, `importing` keeps the tables, `matching` compares an address with what somebody wrote (no
database), `directory` fetches what `matching` needs.
"""
