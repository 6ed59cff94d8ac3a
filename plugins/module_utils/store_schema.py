# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the store, area by area, and the steps from one version of the schema to the next. SQL text only.

Times are UTC in ISO 8601 with a final ``Z``, to the second, so that text order is time order; what must be ordered
whatever the clock does goes by its ``id``. Tables are STRICT: a value of the wrong type is an error when it is written.
"""

from __future__ import annotations

__all__ = ["STEPS", "VERSION"]

# One constant per area of the product; each area's functions are in plugin_utils/_store_<area>.py.
_STATIONS = """
create table station (
    name text primary key,
    school text not null default '',
    room text not null default '',
    last_tried text,
    last_seen text,
    problem text not null default ''
) strict;
"""

# Rings of a deployment: how many stations of a school an earlier run brought to a release, and why it stopped.
_RINGS = """
create table ring (
    school text not null,
    release text not null,
    done integer not null default 0,
    ring integer not null default 0,
    stopped text not null default '',
    at text not null,
    primary key (school, release)
) strict;
"""

STEPS: tuple[str, ...] = (_STATIONS, _RINGS)
"""``STEPS[n]`` brings version n to version n + 1. A released step is never edited: a change is a new step."""

VERSION = len(STEPS)
