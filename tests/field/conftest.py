"""What goes wrong elsewhere (docs/field-cases.md): in process, with the station bench where a case needs a station."""

from __future__ import annotations

from tests.collection import use_collection

use_collection()

from tests.station.fixtures import depot, make_station  # noqa: E402  (they import the collection)
from tests.unit.drivers import driver  # noqa: E402

__all__ = ["depot", "driver", "make_station"]
