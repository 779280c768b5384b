"""Every mechanism has a test file of its name, in the folder of its family."""

from pathlib import Path

import pytest

from sim.model import mechanisms

HERE = Path(__file__).parent
MECHANISMS = [
    file.relative_to(Path(mechanisms.__file__).parent)
    for file in sorted(Path(mechanisms.__file__).parent.glob("*/*.py"))
    if file.name != "__init__.py"
]


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.stem)
def test_a_mechanism_has_a_test_file_of_its_name(mechanism):
    file = HERE / mechanism.parent / f"test_{mechanism.name}"
    assert file.is_file()
    assert "\ndef test_" in file.read_text("utf-8")
