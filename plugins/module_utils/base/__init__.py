# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, HTTP answers with bounds, and answers kept on disk. Knows nothing of PRONOTE; no other room is imported."""
