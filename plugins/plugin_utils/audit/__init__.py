# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this station at its server's release? The verdict, its record, and audits kept. No report is written here."""
