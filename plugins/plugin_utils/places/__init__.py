# SPDX-License-Identifier: GPL-3.0-or-later
"""Where what runs write lies by default, and how it came there. Writes nothing into it but what it moves."""
