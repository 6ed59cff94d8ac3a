# SPDX-License-Identifier: GPL-3.0-or-later
"""Pilots before waves, per school: made, judged, played. Installs nothing itself."""
