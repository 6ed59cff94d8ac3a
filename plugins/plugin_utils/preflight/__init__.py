# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with an inventory, told before any station is asked. Nothing here asks one."""
