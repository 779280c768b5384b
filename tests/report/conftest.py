import pytest
from known_runs import folder


@pytest.fixture(scope="package")
def results(tmp_path_factory):
    return folder(tmp_path_factory.mktemp("results") / "known")
