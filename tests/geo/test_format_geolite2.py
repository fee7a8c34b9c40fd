"""MaxMind's CSV zip: blocks joined to locations. Rows are made up after the published fields."""

import pytest

from regiongate.geo.formats import Wanted
from regiongate.geo.labels import region_of
from regiongate.geo.source import SourceError
from tests.geo.rawtables import REGIONS, label_at, read
from tests.geo.test_format_archive import a_zip

FOLDER = "GeoLite2-City-CSV_20260601"
BLOCKS = (
    "network,geoname_id,registered_country_geoname_id,represented_country_geoname_id,"
    "is_anonymous_proxy,is_satellite_provider,postal_code,latitude,longitude,accuracy_radius,"
    "is_anycast\n"
)
V4 = BLOCKS + (
    "1.0.0.0/24,10,20,,0,0,,,,,\n1.0.1.0/24,,20,,0,0,,,,,\n1.0.2.0/24,30,20,40,1,0,,,,,1\n"
    "1.0.3.0/24,50,20,,0,0,,,,,\n"
)
V6 = BLOCKS + "2a00::/16,20,20,,0,0,,,,,\n"
LOCATIONS = """\
geoname_id,locale_code,continent_code,continent_name,country_iso_code,country_name,\
subdivision_1_iso_code,subdivision_1_name,subdivision_2_iso_code,subdivision_2_name,city_name,\
metro_code,time_zone,is_in_european_union
10,en,EU,Europe,UA,Ukraine,43,"Crimea",,,,,,0
20,en,EU,Europe,FR,France,,,,,,,,1
30,en,EU,Europe,DE,Germany,BE,"Land Berlin",,,Berlin,,,1
40,en,NA,"North America",US,"United States",,,,,,,,0
50,en,EU,Europe,,,,,,,,,,0
"""


def city(**changed: str) -> bytes:
    """The zip, with some of its files changed; "" leaves one out."""
    members = {"v4": V4, "v6": V6, "locations": LOCATIONS} | changed
    names = {
        "v4": f"{FOLDER}/GeoLite2-City-Blocks-IPv4.csv",
        "v6": f"{FOLDER}/GeoLite2-City-Blocks-IPv6.csv",
        "locations": f"{FOLDER}/GeoLite2-City-Locations-en.csv",
    }
    files = {names[key]: text.encode() for key, text in members.items() if text}
    french = f"{FOLDER}/GeoLite2-City-Locations-fr.csv"
    return a_zip(files | {french: b"not read", f"{FOLDER}/LICENSE.txt": b"l"})


def problems(content: bytes) -> list[tuple[str, int, str]]:
    """File, line and code of each problem."""
    with pytest.raises(SourceError) as caught:
        read("geolite2-csv", content)
    return [(p.file.rpartition("/")[2], p.line, p.code) for p in caught.value.problems]


def test_the_located_country_counts() -> None:
    """Neither the registered nor the represented country stands in for one that is unknown."""
    table = read("geolite2-csv", city())
    asked = ["1.0.0.1", "1.0.1.1", "1.0.2.1", "1.0.3.1", "2a00::1"]
    labels = [label_at(table, address) for address in asked]
    assert labels == [("UA", "43"), ("", ""), ("DE", "BE"), ("", ""), ("FR", "")]
    regions = [region_of(label) for label in labels if label is not None]
    assert regions == ["UA-43", None, "DE-BE", None, "FR"]
    assert sum(table.rows) == 5


def test_fields_of_both_files() -> None:
    """Columns of the blocks and of the locations can stand in one label."""
    wanted = Wanted(("is_anycast", "city_name|country_name", "is_anonymous_proxy"))
    table = read("geolite2-csv", city(), wanted)
    assert label_at(table, "1.0.2.1") == ("1", "Berlin", "1")
    assert label_at(table, "2a00::1") == ("", "France", "0")


def test_as_numbers_have_no_locations() -> None:
    """The zip of AS numbers has blocks only."""
    heading = "network,autonomous_system_number,autonomous_system_organization\n"
    content = a_zip(
        {
            "A/GeoLite2-ASN-Blocks-IPv4.csv": f'{heading}1.0.0.0/8,13335,"One, Inc."\n'.encode(),
            "A/GeoLite2-ASN-Blocks-IPv6.csv": f"{heading}2a00::/16,64496,Two\n".encode(),
        }
    )
    wanted = Wanted(("autonomous_system_number", "autonomous_system_organization"))
    table = read("geolite2-csv", content, wanted)
    assert label_at(table, "1.0.0.1") == ("13335", "One, Inc.")
    assert label_at(table, "2a00::1") == ("64496", "Two")
    with pytest.raises(SourceError, match="no field 'country_iso_code'"):
        read("geolite2-csv", content, Wanted(("country_iso_code",)))


def test_problems_of_all_files_at_once() -> None:
    """A reference that leads nowhere and a bad network are told together, each with its file."""
    v4 = V4 + "9.0.0.1/24,10,20,,0,0,,,,,\n9.0.1.0/24,99,20,,0,0,,,,,\n"
    v6 = V6 + "2a00::/16,10,20,,0,0,,,,,\n"
    assert problems(city(v4=v4, v6=v6)) == [
        ("GeoLite2-City-Blocks-IPv4.csv", 6, "bad-network"),
        ("GeoLite2-City-Blocks-IPv4.csv", 7, "no-location"),
        ("GeoLite2-City-Blocks-IPv6.csv", 3, "twice"),
    ]


def test_bad_locations() -> None:
    """A location that comes twice, a heading of something else, a country that is no code."""
    twice = LOCATIONS + LOCATIONS.splitlines()[1].replace("43", "40") + "\n"
    assert problems(city(locations=twice)) == [("GeoLite2-City-Locations-en.csv", 7, "twice")]
    assert problems(city(locations="a,b\n1,2\n"))[0][2] == "heading"
    assert problems(city(locations=LOCATIONS.replace(",DE,", ",Germany,")))[0][2] == "bad-region"


def test_a_zip_that_lacks_a_file() -> None:
    """Without one of the two families the zip is not what MaxMind ships."""
    assert problems(city(v6="")) == [("f", 1, "archive")]
    assert REGIONS.fields is None
