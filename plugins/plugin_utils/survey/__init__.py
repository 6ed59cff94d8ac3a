# SPDX-License-Identifier: GPL-3.0-or-later
"""Read many stations in one process. Decides nothing about what is read, and changes nothing on a station."""
