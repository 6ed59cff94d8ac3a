# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees while a run goes on. Nothing depends on it."""
