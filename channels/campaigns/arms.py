"""Who of a campaign's audience gets what: nothing, to compare with, or one of its variants.

A lot is drawn from the campaign's salt and the customer's number, so planning twice gives the same answer.
"""

# Reachable, but left alone on purpose: what they buy anyway is what the campaign is measured against.
HOLDOUT = 0
# They get whatever the test shows to be best, once it is decided.
WAITING = 9
# Added to the number of the variant that won for those who waited.
AFTERWARDS = 10
MOST_VARIANTS = 5
LETTERS = "ABCDE"


def variant_of(arm: int | None) -> int:
    """The number of the variant that this arm gets; rows from before there were arms have the first."""
    return (arm or 1) % AFTERWARDS or 1


def letter(number: int) -> str:
    return LETTERS[number - 1]


def lot(place: int) -> str:
    """A number from 0 to below 1 in SQL, out of the hexadecimal digits of `hash`. Places are independent."""
    return f"(('x' || substr(hash, {place * 8 + 1}, 8))::bit(32)::bigint / 4294967296.0)"


# With the parameters: share held back, share that takes part in the test, number of variants.
CAST = f"""
    CASE WHEN verdict NOT IN ('', 'quiet') THEN NULL
         WHEN {lot(0)} < %s THEN {HOLDOUT}
         WHEN {lot(1)} >= %s THEN {WAITING}
         ELSE 1 + floor({lot(2)} * %s) END::smallint
"""
