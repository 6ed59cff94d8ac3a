# SPDX-License-Identifier: GPL-3.0-or-later
"""The year's eight operations of a school on one page. Asks stations nothing."""
