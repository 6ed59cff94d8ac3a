# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is to have for an inventory: credentials, templates, workflows. Asks no AWX; awx/apply.yml does."""
