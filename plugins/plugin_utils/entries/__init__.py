# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible runs: the class of each plugin in ``plugins/action``, ``callback``, ``inventory`` and ``lookup``, by its
name. Nobody else imports it."""
