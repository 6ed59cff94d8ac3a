# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do: the memory of each station, and the list. Judges no release."""
