# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's side needs: base actions, connections, arguments. The only room that knows Ansible's actions."""
