# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's settings on a station: wanted, planned, written. Installs nothing."""
