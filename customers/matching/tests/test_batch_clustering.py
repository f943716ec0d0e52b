"""Unions look at both whole groups before they join them."""

from customers.matching.clustering import Edge, Group, Union


def known(**people: tuple[str, str]) -> dict[int, Group]:
    """Customers 1, 2, … as name and birthday."""
    return {
        number: Group({number}, 1, {name} if name else set(), {born} if born else set())
        for number, (name, born) in enumerate(people.values(), 1)
    }


def pairs(union: Union, *edges: Edge) -> list[int]:
    return [edge.pair for edge in union.accept(edges)]


def test_a_chain_of_good_pairs_is_one_group() -> None:
    people = known(a=("ming wang", ""), b=("", ""), c=("ming wang", "1990-05-01"))
    assert pairs(Union(people), Edge(7, 1, 2), Edge(8, 2, 3), Edge(9, 1, 3)) == [7, 8]


def test_a_chain_does_not_join_two_names() -> None:
    people = known(a=("ming wang", ""), b=("", ""), c=("li na", ""))
    assert pairs(Union(people), Edge(7, 1, 2), Edge(8, 2, 3)) == [7]


def test_a_chain_does_not_join_two_birthdays() -> None:
    people = known(a=("", "1990-05-01"), b=("", ""), c=("", "1962-01-30"))
    assert pairs(Union(people), Edge(7, 1, 2), Edge(8, 2, 3)) == [7]


def test_the_same_account_is_one_person_whatever_else_is_said() -> None:
    people = known(a=("ming wang", "1990-05-01"), b=("li na", "1962-01-30"))
    assert pairs(Union(people), Edge(7, 1, 2, same_account=True)) == [7]


def test_a_slip_of_the_finger_is_no_contradiction() -> None:
    people = known(a=("anna schmidt", ""), b=("anna schmitt", ""))
    assert pairs(Union(people), Edge(7, 1, 2)) == [7]


def test_whoever_was_said_to_be_another_stays_apart_over_any_way() -> None:
    union = Union(known(a=("", ""), b=("", ""), c=("", "")), apart={1: {3}, 3: {1}})
    assert pairs(union, Edge(7, 1, 2), Edge(8, 2, 3), Edge(9, 1, 3)) == [7]


def test_no_group_grows_beyond_what_is_allowed() -> None:
    union = Union({}, largest=3)
    assert pairs(union, *(Edge(number, number, number + 1) for number in range(1, 9))) == [1, 2, 4, 5, 7, 8]


def test_profiles_count_and_not_customers() -> None:
    people = {1: Group({1}, profiles=15), 2: Group({2}, profiles=6)}
    assert pairs(Union(people, largest=20), Edge(7, 1, 2)) == []
