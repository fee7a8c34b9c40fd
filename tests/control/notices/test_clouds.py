"""Which cloud a notice names."""

from __future__ import annotations

from regiongate.control.notices.clouds import bundled_clouds


def test_each_cloud_once() -> None:
    """Networks of one cloud region name it once; a network in no cloud, or in two, names none."""
    networks = ("192.0.2.0/24", "18.162.1.0/24", "18.162.2.0/24", "16.0.0.0/5")
    assert [cloud.words for cloud in bundled_clouds(networks)] == ["AWS ap-east-1, Hong Kong"]
