# SPDX-License-Identifier: GPL-3.0-or-later
"""A first inventory, from the answers to a few questions. Asks no station and no server, and overwrites nothing."""
