# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hosted server says of itself, and how it is asked. Judges nothing."""
