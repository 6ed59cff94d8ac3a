# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit told to people and programs: HTML, CSV, JSON, JUnit, Prometheus. Reads no station."""
