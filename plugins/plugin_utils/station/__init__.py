# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach a Windows station over WinRM and read it. Decides nothing about what should be there."""
