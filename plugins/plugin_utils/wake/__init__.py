# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations switched on before a run, and off after it. Installs nothing."""
