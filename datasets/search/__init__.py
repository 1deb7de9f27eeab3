"""Finding datasets.

`index` and `unindex` are for whoever writes datasets, `address` for whoever shows them, `rebuild` for operators.
"""

from datasets.search.query import address as address
from datasets.search.writing import index as index
from datasets.search.writing import rebuild as rebuild
from datasets.search.writing import unindex as unindex
