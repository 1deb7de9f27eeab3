"""Where the General Data Protection Regulation applies."""

# The EU with Iceland, Liechtenstein and Norway (EEA Joint Committee Decision 154/2018).
EEA = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split())
