"""What the sample keeps between two requests, in memory: files and batches, the newest only."""

from typing import TypeVar

from regiongate.sample.errors import ApiError

MOST = 64
"""Things on the shelf; one more, and the oldest is forgotten."""

T = TypeVar("T")


class Shelf:
    """Things by their id."""

    def __init__(self) -> None:
        self._things: dict[str, object] = {}

    def put(self, name: str, thing: object) -> None:
        """Keep a thing, in the place of one that has this id already."""
        self._things.pop(name, None)
        self._things[name] = thing
        if len(self._things) > MOST:
            del self._things[next(iter(self._things))]

    def find(self, name: str, kind: type[T]) -> T:
        """The thing of this kind and id; a 404 where there is none."""
        thing = self._things.get(name)
        if not isinstance(thing, kind):
            raise ApiError(f"There is no '{name}' here (any more).", status=404)
        return thing

    def drop(self, name: str, kind: type[T]) -> None:
        """Forget a thing; a 404 where there is none."""
        self.find(name, kind)
        del self._things[name]
