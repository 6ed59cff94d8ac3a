# SPDX-License-Identifier: GPL-3.0-or-later
"""A job on a station: its folder, its commands, following it to its end. Knows no plan."""
