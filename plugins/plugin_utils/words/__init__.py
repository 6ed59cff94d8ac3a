# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read, in their language. Source texts are English, in the code; ``locale`` has their translations."""
