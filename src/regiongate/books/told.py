"""What several books say together: whom they have told of, and whose each key is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from regiongate.books.wrong import Wrong
from regiongate.domain.profile import Holding, Owner, Profile


class Told:
    """Everything that has been told so far, as far as what follows may contradict it."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._begins: list[int] = []
        # A place is one number, the lines of all files counted through: there are a million.
        self._places: dict[str, int] = {}
        self._keys: dict[bytes, str] = {}
        self._owners: dict[str, tuple[Owner, frozenset[Holding], int]] = {}
        self._lines = 0

    def begin(self, file: str) -> None:
        """What follows stands in this file."""
        self._files.append(file)
        self._begins.append(self._lines)

    def organization(self, name: str, line: int) -> Wrong | None:
        """Note that a profile begins in a line."""
        place = self._place(line)
        known = self._places.setdefault(name, place)
        if known == place:
            return None
        file, where = self._at(known)
        remedy = "let all that is told of an organization stand together, once"
        return Wrong("told-twice", f"{name} was told of in {file}:{where} already", remedy)

    def key(self, digest: bytes, name: str) -> Wrong | None:
        """Note whose a key is."""
        known = self._keys.setdefault(digest, name)
        if known == name:
            return None
        message = f"The key {digest.hex()[:16]}… belongs to {known} already"
        return Wrong("duplicate-key", message, "give each key to one organization")

    def owner(self, owner: Owner, profile: Profile, line: int) -> Wrong | None:
        """Note what a profile says of an owner, and of who owns that one."""
        held = frozenset(one for one in profile.holdings if one.owned == owner.id)
        place = self._place(line)
        described, known, first = self._owners.setdefault(owner.id, (owner, held, place))
        if (described, known) == (owner, held):
            return None
        file, where = self._at(first)
        message = f"The owner {owner.id} is described otherwise in {file}:{where}"
        return Wrong("contradiction", message, "say the same of an owner wherever it is named")

    def place(self, names: Iterable[str]) -> tuple[str, int]:
        """File and line of the first of these organizations or owners that was told of."""
        for name in names:
            if name in self._places:
                return self._at(self._places[name])
            if name in self._owners:
                return self._at(self._owners[name][2])
        raise KeyError(f"nothing was told of any of {list(names)}")

    def _place(self, line: int) -> int:
        place = self._begins[-1] + line
        self._lines = max(self._lines, place)
        return place

    def _at(self, place: int) -> tuple[str, int]:
        # A line is counted from 1, so the place where a file begins belongs to the one before.
        which = bisect_right(self._begins, place - 1) - 1
        return self._files[which], place - self._begins[which]
