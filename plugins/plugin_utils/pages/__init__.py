# SPDX-License-Identifier: GPL-3.0-or-later
"""What all HTML pages share. A page's own content lives in its subject's room."""
