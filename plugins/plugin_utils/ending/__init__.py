# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run ends with: how each station ended, the block that people read last, the outcome for programs."""
