# SPDX-License-Identifier: GPL-3.0-or-later
"""EDT's archive of last year's data: found, read, judged. Changes nothing."""
