"""A geofeed as a source of votes."""

from regiongate.geo.formats import Wanted
from regiongate.geo.labels import region_of
from tests.geo.rawtables import codes, first_at, label_at, problems, read

FEED = """\
# prefix,country,region,city,postal
192.0.0.0/16,US,US-AL,Alabaster,
192.0.2.0/24,,,,
192.0.3.5,us,us-ca,"A city, quoted",94043
2a00::/16,UA,UA-43,,  # at the end
2a01::/16,FR
"""


def test_rows() -> None:
    """The most specific prefix counts, one that asks not to be located included."""
    table = read("geofeed", FEED)
    assert label_at(table, "192.0.1.1") == ("US", "US-AL")
    assert label_at(table, "192.0.2.1") == ("", "")
    assert label_at(table, "192.0.3.5") == ("US", "US-CA")
    assert first_at(table, "192.0.3.6", "2a01::1", "2a02::") == ["US", "FR", None]


def test_labels_are_regions() -> None:
    """A row with a part of a country is of that part, one without of the country."""
    table = read("geofeed", FEED)
    found = {region_of(label) for label in table.labels}
    assert found == {"US-AL", "US-CA", "UA-43", "FR", None}


def test_one_field_only() -> None:
    """The fields have names, as in the RFC."""
    assert label_at(read("geofeed", FEED, Wanted(("region",))), "2a00::1") == ("UA-43",)


def test_the_same_network_twice() -> None:
    """A network may come twice with one location, and with two is refused at its later line."""
    assert first_at(read("geofeed", "1.0.0.0/8,FR,,,\n1.0.0.0/8,fr,,,\n"), "1.0.0.1") == ["FR"]
    assert problems("geofeed", "1.0.0.0/8,FR,,,\n\n1.0.0.0/8,DE,,,\n") == [
        (3, "twice", "the network says something else on line 1")
    ]


def test_every_bad_row_at_once() -> None:
    """Rows that are none are told with their lines, and nothing of the feed is used."""
    feed = "1.0.0.1/8,FR,,,\n2.0.0.0/8,FRA,,,\n3.0.0.0/8,FR,DE-BE,,\n"
    assert codes("geofeed", feed) == [
        (1, "geofeed-network"),
        (2, "geofeed-country"),
        (3, "geofeed-region"),
    ]
