# SPDX-License-Identifier: GPL-3.0-or-later
"""A new release's installer: searched, fetched, vetted, handed to the depot. Touches no station."""
