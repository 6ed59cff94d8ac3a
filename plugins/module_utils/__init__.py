# SPDX-License-Identifier: GPL-3.0-or-later
"""What real modules carry to where they run (AnsiballZ): rooms that import nothing of ``plugin_utils``."""
