"""Worked examples from the literature: the ratings and the figures that were printed with them."""

import numpy as np

N = -1

KRIPPENDORFF_2011 = (
    np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
            [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
        ]
    ).T
    - 1
)
"""4 observers, 12 units, 5 values (Krippendorff 2011, section C; the same data as Gwet 2014's and irrCAC's raw4raters)."""
KRIPPENDORFF_2011[KRIPPENDORFF_2011 < 0] = N

FLEISS_1971 = np.array(
    [
        [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
        [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
        [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
        [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
        [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
    ]
)  # fmt: skip
"""30 patients, 6 psychiatrists, 5 diagnoses (Fleiss 1971, table 1)."""

ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
"""Two abstractors, 100 patients, 3 kinds (Gwet 2014; irrCAC's cont3x3abstractors)."""


def codes_of_counts(counts):
    """Any arrangement of answers in columns that gives these counts."""
    return np.array([np.repeat(np.arange(len(row)), row) for row in counts])


def codes_of_table(table):
    """Two columns of answers with this table."""
    rows, columns = np.indices(table.shape)
    return np.column_stack(
        [np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())]
    )
