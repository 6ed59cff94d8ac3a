# SPDX-License-Identifier: GPL-3.0-or-later
"""One deployment at a time on a school, over all nodes that share a store. What is done meanwhile is others' rooms'."""
