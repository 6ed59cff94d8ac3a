# SPDX-License-Identifier: GPL-3.0-or-later
"""Response files: read, validated, named, kept, recorded on a station. Publishes nothing."""
