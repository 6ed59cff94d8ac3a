# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of all that a deployment needs, from outside in, at one station of each room. Changes nothing."""
