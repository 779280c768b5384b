"""The world that the tests of strategies share."""

import pytest
from small_world import World, make_world


@pytest.fixture
def world() -> World:
    return make_world()
