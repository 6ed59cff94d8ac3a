# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of operations 2, 5 and 6: CAS, exports, and their findings. No station, no store."""
