# SPDX-License-Identifier: GPL-3.0-or-later
"""The start-up script for stations that no run reaches: what it is rendered with, and where it is written.

What it does on a station is in its template; what it leaves there is read in ``station/startup.py``. Nothing here talks
to a station, and no job is begun here (``deploy``).
"""
