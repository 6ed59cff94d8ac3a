# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told what when an audit's verdict changes. Judges nothing again."""
