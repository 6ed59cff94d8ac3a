# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder stations fetch from: lock file, packages, publishing, pruning, the embedded server. Touches no station."""
