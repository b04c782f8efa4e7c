"""What the tests of the servers share."""

import pytest

from workbench.servers import people


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Passwords that cost no time: how dear a hash is stands in the hash itself."""
    before = dict(people.COST)
    people.COST |= {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
    yield
    people.COST.clear()
    people.COST |= before
