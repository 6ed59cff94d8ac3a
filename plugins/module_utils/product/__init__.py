# SPDX-License-Identifier: GPL-3.0-or-later
"""What the products are: releases, names, files, installers' technologies. Pure; no station, no server."""
