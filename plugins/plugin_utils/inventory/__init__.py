# SPDX-License-Identifier: GPL-3.0-or-later
"""What inventories say: exports of stations, schools of hosts. Asks no station and no server."""
