"""The one signal of the product: `recorded(entries=[…])`, sent in the transaction that wrote the entries.

Bulk writers that go by SQL (imports, campaigns) do not send it: whoever listens has a sweep for those.
"""

from django.dispatch import Signal

recorded = Signal()
