"""Which groups of people are too small to be spoken of, so that nobody can reckon them from the others either."""

from __future__ import annotations

from collections.abc import Mapping


def hidden_groups(sizes: Mapping[str, int], smallest: int) -> frozenset[str]:
    """Return the groups whose figures must not be shown.

    The groups add up to a total that is shown. So with one group hidden, its figures are the total less all others; and
    those of several hidden ones are, together, the figures of them all. Hence the next smallest groups are hidden too,
    until those hidden are at least two and together as many people as a group must have.

    Parameters
    ----------
    sizes : mapping of group to number of people
        All groups of the total, those of unknown value among them. Empty groups hide nothing.
    smallest : int
        People a group must have to be shown.

    Examples
    --------
    >>> sorted(hidden_groups({"female": 9, "male": 3, "other": 6}, 5))
    ['male', 'other']
    >>> hidden_groups({"female": 9, "male": 8}, 5)
    frozenset()
    """
    by_size = sorted((size, group) for group, size in sizes.items() if size > 0)
    hidden = [(size, group) for size, group in by_size if size < smallest]
    if not hidden:
        return frozenset()
    for entry in by_size[len(hidden) :]:
        if len(hidden) > 1 and sum(size for size, _ in hidden) >= smallest:
            break
        hidden.append(entry)
    return frozenset(group for _, group in hidden)
