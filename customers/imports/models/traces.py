from django.db import models

from customers.imports.models.jobs import ImportJob


class Trace(models.Model):
    """What one chunk of an import did to one table, so that it can be taken back.

    Rows that were made are ranges of keys, rows that were changed are packs of their cells before and after:
    a million new customers leave some hundred traces, a million changed ones some thousands.
    """

    access = "Read only through its import."

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="traces", db_index=False)
    chunk = models.BigIntegerField(help_text="Rows of the file that were done before the chunk.")
    at = models.DateTimeField(help_text="The moment that everything the chunk wrote carries.")
    table = models.CharField(max_length=63)
    made = models.JSONField(default=list, help_text="Pairs of first and last key of rows that were made.")
    changed = models.JSONField(default=list, help_text="Pairs of key and {column: [before, after]}.")
    is_undone = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["job", "chunk", "table"], name="trace_of_a_chunk")]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.chunk} {self.table}"
