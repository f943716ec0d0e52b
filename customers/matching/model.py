"""The model as Splink reads it: what is compared, in which levels, and which records are compared at all.

Plain dictionaries, so that neither Splink nor DuckDB is needed to look at them. The SQL keeps to what DuckDB
and Spark understand alike: column names without quotes, and string distances on Latin letters only, because
DuckDB counts the bytes of a Chinese character and Spark does not.
"""

from typing import Any

from customers.matching.levels import BY_FIELD, RARITY

Parameters = dict[str, Any]

# A record joins another by one of these; each is a column in which keys carried by too many are empty.
KEYS = (
    "phone",
    "email",
    "openid",
    "card",
    "visitor",
    "number",
    "name_city",
    "name_born",
    "address",
    "mailbox",
)
# Worth asking only where they make few pairs: they cost too much in a large base. Cheapest first.
WIDE_KEYS = (
    "family_born",
    "given_born",
    "street",
    "given_door",
    "family_door",
    "born",
    "family_city",
    "given_city",
    "house",
    "name_key",
)

BOTH = "family_l is not null and family_r is not null and given_l is not null and given_r is not null"
WESTERN = (
    "han_l is null and han_r is null and name_key_l is not null and name_key_r is not null "
    "and family_l is not null and family_r is not null and given_l is not null and given_r is not null"
)
# Slips in one of both names, or a small one in each.
NEAR_NAME = (
    "jaro_winkler_similarity(name_key_l, name_key_r) >= 0.93 "
    "or jaro_winkler_similarity(family_l, family_r) >= 0.85 "
    "and jaro_winkler_similarity(given_l, given_r) >= 0.85"
)
NEAR_HAN = (
    "abs(length(han_l) - length(han_r)) = 1 "
    "and (substr(han_l, 1, 2) = substr(han_r, 1, 2) or right(han_l, 1) = right(han_r, 1))"
)
INITIAL = "(length(given_l) = 1 or length(given_r) = 1) and substr(given_l, 1, 1) = substr(given_r, 1, 1)"
NEAR_GIVEN = (
    f"case when han_l is not null and han_r is not null then {NEAR_HAN} "
    f"else jaro_winkler_similarity(given_l, given_r) >= 0.9 or {INITIAL} end"
)
# A lone given name that differs is as often a nickname.
NAME_SAYS_NOTHING = (
    "not (coalesce(family_l = family_r, false) or coalesce(given_l = given_r, false) "
    "or name_key_l is not null and name_key_r is not null or family_l is not null and family_r is not null)"
)
# Day and month swapped, another year, or one digit off.
NEAR_BIRTHDAY = (
    "substr(born_l, 1, 4) = substr(born_r, 1, 4) and substr(born_l, 6, 2) = substr(born_r, 9, 2) "
    "and substr(born_l, 9, 2) = substr(born_r, 6, 2) or substr(born_l, 5, 6) = substr(born_r, 5, 6) "
    "or levenshtein(born_l, born_r) <= 1"
)
# An address is "city|street|numbers". Streets are alike but for their spaces, a slip or what follows; in
# Latin letters only, and not short ones, which are like too many others.
STREET = "replace(split_part(address_{side}, '|', 2), ' ', '')"
STREET_L, STREET_R = STREET.format(side="l"), STREET.format(side="r")
NEAR_STREET = (
    f"bit_length({STREET_L}) = 8 * length({STREET_L}) and bit_length({STREET_R}) = 8 * length({STREET_R}) "
    f"and length({STREET_L}) >= 8 and length({STREET_R}) >= 8 "
    f"and (jaro_winkler_similarity({STREET_L}, {STREET_R}) >= 0.85 "
    f"or substr({STREET_L}, 1, length({STREET_R})) = {STREET_R} "
    f"or substr({STREET_R}, 1, length({STREET_L})) = {STREET_L})"
)
# The same numbers in the same city, or in a street of that name.
NEAR_ADDRESS = (
    "split_part(address_l, '|', 3) <> '' and split_part(address_l, '|', 3) = split_part(address_r, '|', 3) "
    "and (split_part(address_l, '|', 1) = split_part(address_r, '|', 1) "
    f"or split_part(address_l, '|', 2) = split_part(address_r, '|', 2) or {NEAR_STREET})"
)
# A mistyped one is the same where the street is: 广州 and 杭州 are two letters apart.
SAME_CITY = (
    f"city_l = city_r or length(city_l) >= 6 and length(city_r) >= 6 and levenshtein(city_l, city_r) <= 2 "
    f"and {NEAR_STREET}"
)
NO_PLACE = "address_l is null and city_l is null or address_r is null and city_r is null"
ELSE = "ELSE"
# Kept beside Splink's own parameters: of how many records a base has for which the prior is right.
LEARNT_ON = "learnt_on"
# In a base of a handful nobody would be improbable enough to be asked about.
LEAST = 2_000
HALF = 0.5

# Of each comparison: when it says nothing, then the condition of each level, best first.
CONDITIONS: dict[str, tuple[str, list[str]]] = {
    "name": (
        NAME_SAYS_NOTHING,
        [
            "han_l = han_r",
            "name_key_l = name_key_r",
            f"{BOTH} and family_l = family_r and ({NEAR_GIVEN})",
            f"{WESTERN} and ({NEAR_NAME})",
            "family_l = family_r and (given_l is null or given_r is null)",
            "given_l = given_r",
            "family_l = family_r",
            ELSE,
        ],
    ),
    "born": ("born_l is null or born_r is null", ["born_l = born_r", NEAR_BIRTHDAY, ELSE]),
    "place": (NO_PLACE, ["address_l = address_r", NEAR_ADDRESS, SAME_CITY, ELSE]),
}


def _plain(column: str) -> tuple[str, list[str]]:
    return f"{column}_l is null or {column}_r is null", [f"{column}_l = {column}_r", ELSE]


def _handle(column: str, near: list[str]) -> tuple[str, list[str]]:
    """A handle says less, the more different names stand beside it."""
    same, names = f"{column}_l = {column}_r", f"{column}_names_l"
    levels = [f"{same} and {names} <= 1", f"{same} and {names} = 2", same]
    return f"{column}_l is null or {column}_r is null", [*levels, *near, ELSE]


CONDITIONS |= {column: _plain(column) for column in ("openid", "number", "gender")}
CONDITIONS |= {
    "phone": _handle("phone", ["levenshtein(phone_l, phone_r) <= 1"]),
    "email": _handle("email", ["mailbox_l = mailbox_r", "levenshtein(email_l, email_r) <= 1"]),
    "card": _handle("card", []),
    "visitor": _handle("visitor", []),
}


def settings(keys: tuple[str, ...] = KEYS) -> Parameters:
    """The model before it learnt anything."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 1e-6,
        # Only with these does Splink tell which level was met.
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "additional_columns_to_retain": ["customer"],
        "blocking_rules_to_generate_predictions": blocking(keys),
        "comparisons": [_comparison(field) for field in BY_FIELD],
    }


def blocking(keys: tuple[str, ...]) -> list[Parameters]:
    """Records of two customers that share a key. A person and an organisation are never one."""
    rules = [f"l.{key} = r.{key} and l.customer <> r.customer and l.kind = r.kind" for key in keys]
    return [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in rules]


def ready(parameters: Parameters, keys: tuple[str, ...] = KEYS) -> Parameters:
    """A trained model, to be asked about the whole base by these keys."""
    return settings(keys) | {
        "probability_two_random_records_match": parameters["probability_two_random_records_match"],
        "comparisons": [_asked_as_now(one) for one in parameters["comparisons"]],
    }


def _asked_as_now(learnt: Parameters) -> Parameters:
    """A learnt comparison with today's conditions: the scorer knows no others."""
    nothing, conditions = CONDITIONS[learnt["output_column_name"]]
    levels = zip(learnt["comparison_levels"], [nothing, *conditions], strict=True)
    return learnt | {"comparison_levels": [level | {"sql_condition": said} for level, said in levels]}


def chances(parameters: Parameters) -> dict[str, float]:
    """Of each column whose values may be rare: how often two people agree in it by accident."""
    return {
        RARITY[level["label_for_charts"]]: level["u_probability"]
        for comparison in parameters["comparisons"]
        for level in comparison["comparison_levels"]
        if level["label_for_charts"] in RARITY
    }


def rarities(column: str, chance: float) -> str:
    """SQL for how common each value of a column of `record` is, the two of a pair left out."""
    share = share_of_all(column, chance, others="greatest(0, count(distinct profile) - 2)")
    return f"select {column}, {share} as tf_{column} from record where {column} is not null group by {column}"


def share_of_all(column: str, chance: float, *, others: str) -> str:
    """SQL for how common a value is that two profiles agree in and `others` have as well.

    A small base does not know how rare its values are: two records in a thousand may be the only two of a
    million. So it starts from the model's chance of agreeing by accident, and what others have adds to half a
    record: the posterior mean of a Poisson rate whose prior is a gamma of that mean and of shape 1/2.
    """
    known = f"(select count(distinct profile) from record where {column} is not null)"
    # With an exponent they are floating point: Spark would round what it takes for a decimal.
    return f"({HALF:e} + {others}) / ({HALF / chance:.17e} + {known})"


def rescaled(parameters: Parameters, records: int) -> Parameters:
    """The same model for a base of another size: a person has as many records in a larger one."""
    records = max(records, LEAST)
    chance = parameters["probability_two_random_records_match"] * parameters[LEARNT_ON] / records
    return parameters | {"probability_two_random_records_match": chance, LEARNT_ON: records}


def _comparison(field: str) -> Parameters:
    nothing, conditions = CONDITIONS[field]
    levels: list[Parameters] = [
        {"sql_condition": nothing, "label_for_charts": "nothing", "is_null_level": True}
    ]
    for slug, condition in zip(BY_FIELD[field].levels, conditions, strict=True):
        level: Parameters = {"sql_condition": condition, "label_for_charts": slug}
        if slug in RARITY:
            level |= {"tf_adjustment_column": RARITY[slug], "tf_adjustment_weight": 1.0}
        levels.append(level)
    return {"output_column_name": field, "comparison_levels": levels}
