# SPDX-License-Identifier: GPL-3.0-or-later
"""What one station says of the assumptions of docs/fidelity.md. Only reads; nobody's name leaves this room."""
