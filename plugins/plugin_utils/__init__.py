# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on the controller, in rooms by subject; ``docs/design.md`` shows which room may import which."""
