# SPDX-License-Identifier: GPL-3.0-or-later
"""One station brought to its release: plan, hours, people, steps, restart. Knows no other station."""
