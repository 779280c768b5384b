"""The registry: which files it refuses, what it answers, and a check of the whole shipped file."""

import dataclasses
from pathlib import Path

import pytest

from sim.geography.travel import FAR_KM
from sim.parameters import RegistryError, load_figures, load_registry

ENTRY = {
    "value": "0.03", "low": "0.01", "high": "0.09", "unit": '"km"', "source": '"F0449, and S4"',
    "provenance": '"assumed"', "confidence": '"low"', "meaning": '"sweep width in forest"',
}  # fmt: skip


def entry(name: str, **changes: str | None) -> str:
    keys = {key: value for key, value in (ENTRY | changes).items() if value is not None}
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


@pytest.fixture
def registry_of(tmp_path: Path):
    def read(*entries: str):
        file = tmp_path / f"parameters{len(list(tmp_path.iterdir()))}.toml"
        file.write_text("\n".join(entries))
        return load_registry(file)

    return read


@pytest.fixture
def small(registry_of):
    return registry_of(
        entry("detection.width_jungle_km"),
        entry(
            "secrecy.leak_base", value="1", low="0", high="2", off="-1", direction='"more leaks"'
        ),
        entry("detection.handling_days", value="2", low="1", high="4", unit='"d"'),
    )


def test_names_and_mechanisms_keep_the_order_of_the_file(small):
    # TOML lets a table be written in pieces; the order within a mechanism is that of its fields.
    assert small.names == (
        "detection.width_jungle_km",
        "detection.handling_days",
        "secrecy.leak_base",
    )
    assert dict(small.mechanisms) == {
        "detection": ("width_jungle_km", "handling_days"),
        "secrecy": ("leak_base",),
    }
    assert len(small) == 3 and "secrecy.leak_base" in small and "leak_base" not in small


def test_a_parameter_has_its_numbers_as_floats_and_is_frozen(small):
    parameter = small.get("secrecy.leak_base")
    assert (parameter.value, parameter.low, parameter.high, parameter.off, parameter.direction) == (
        1.0,
        0.0,
        2.0,
        -1.0,
        "more leaks",
    )
    assert all(
        type(number) is float
        for number in (parameter.value, parameter.low, parameter.high, parameter.off)
    )
    assert small.get("detection.handling_days").off is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        parameter.value = 2.0


@pytest.mark.parametrize(
    "name",
    [
        "detection.width_jungel_km",
        "detecton.width_jungle_km",
        "width_jungle_km",
        "secrecy.width_jungle_km",
    ],
)
def test_a_misspelt_name_is_told_the_nearest(small, name):
    with pytest.raises(KeyError, match=r"detection\.width_jungle_km"):
        small.get(name)
    assert small.near("zzz") is None


def test_a_record_holds_the_values_of_one_mechanism_under_its_overrides(small):
    assert small.record("detection") == {"width_jungle_km": 0.03, "handling_days": 2.0}
    changed = small.record(
        "detection",
        {"detection.handling_days": 3, "secrecy.leak_base": 0.5, "detection_air.height_m": 9},
    )
    assert (
        changed == {"width_jungle_km": 0.03, "handling_days": 3.0}
        and type(changed["handling_days"]) is float
    )
    assert list(changed) == list(small.mechanisms["detection"])
    assert small.record("detection")["handling_days"] == 2.0
    with pytest.raises(KeyError, match="did you mean 'detection'"):
        small.record("detecton")
    with pytest.raises(KeyError, match="no parameter"):
        small.record("detection", {"detection.nothing": 1})


def test_a_replacement_is_checked_against_range_and_off_value(small):
    leak = small.get("secrecy.leak_base")
    assert [leak.fault(value) is None for value in (0, 2.0, -1, 2.1, -0.5)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert leak.fault(2.1, outside_range=True) is None
    for value in (True, "1", float("nan"), float("inf"), None, [1]):
        assert "finite number" in leak.fault(value, outside_range=True)


def test_a_limit_holds_outside_the_range_too(registry_of):
    """The travel tables end at 110 km: a longer reach would be cut without a word."""
    small = registry_of(entry("camps.most_km", value="90", low="40", high="105", limit="110"))
    far = small.get("camps.most_km")
    assert far.fault(110.0, outside_range=True) is None
    assert "expected at most 110" in far.fault(110.1, outside_range=True)
    real = load_registry()
    assert real.get("camps.most_km").limit == FAR_KM
    assert real.get("support.reach_km").limit <= FAR_KM / 3.0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"value": "0.1"}, "value 0.1 is not within low 0.01 and high 0.09"),
        ({"low": "0.04"}, "not within"),
        ({"value": "nan"}, "value is not a finite number"),
        ({"high": "inf"}, "high is not a finite number"),
        ({"value": "true"}, "value is not a finite number"),
        ({"off": '"none"'}, "off is not a finite number"),
        ({"source": '" "'}, "source is empty"),
        ({"source": None}, "source is missing"),
        ({"source": '"F9999 and F0449"'}, "source F9999 is not in figures.csv"),
        ({"unit": '""'}, "unit is empty"),
        ({"meaning": None}, "meaning is missing"),
        ({"provenance": '"guessed"'}, "provenance is 'guessed'"),
        ({"confidence": '"some"'}, "confidence is 'some'"),
        ({"hihg": "1"}, "unknown key 'hihg'"),
    ],
)
def test_a_wrong_entry_is_named(registry_of, changes, fault):
    with pytest.raises(RegistryError) as caught:
        registry_of(entry("detection.handling_days"), entry("detection.width_jungle_km", **changes))
    (line,) = str(caught.value).splitlines()
    assert "detection.width_jungle_km: " in line and fault in line


def test_all_faults_of_the_file_are_told_at_once(registry_of):
    with pytest.raises(RegistryError) as caught:
        registry_of("loose = 1", entry("a.b", value="7", unit='""'), entry("a.c", source='"F9999"'))
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "loose",
        "a.b",
        "a.c",
    ]


def test_the_figures_are_whole_and_told_apart():
    figures = load_figures()
    assert len(figures) > 400
    for name, row in figures.items():
        assert name == row["id"] and row["topic"] and row["source"], name
    assert float(figures["F0120"]["value"]) == 32_106


def test_the_shipped_registry_is_sound():
    registry = load_registry()
    assert len(registry) > 0 and load_registry() is registry
    for parameter in registry:
        assert parameter.low <= parameter.value <= parameter.high
        assert parameter.fault(parameter.value) is None
