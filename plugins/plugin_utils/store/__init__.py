# SPDX-License-Identifier: GPL-3.0-or-later
"""The one file that remembers between runs: opening, schema, locking. What it keeps belongs to each subject's room."""
