# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """The wording of attributes, once."""

    # Actions on stations and on the controller alike.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what would be done without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or would change in check mode, when in diff mode.
  idempotent:
    description: A second run with the same arguments changes nothing.
    support: full
requirements:
  - ansible-core 2.19 or later
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    support: N/A
    details: Reads only, and never reports a change.
"""

    CHANGING = r"""
options: {}
attributes:
  diff_mode:
    support: full
"""

    # How a hosted server is asked: shared by the lookup and the module.
    HOSTED = r"""
options:
  cache_dir:
    description: Folder of the cache on the controller, shared by all workers and runs. Kept to its owner.
    type: str
    default: ~/.cache/rentree-pronote/hosted
  lifetime:
    description: How long an answer is believed without asking again, in seconds.
    type: float
    default: 3600
  failure_lifetime:
    description:
      - How long a first failure is believed without asking again, in seconds. Servers ban addresses that ask too often.
      - After a second failure in a row it is three times as long, from the third on twelve times; a server that has
        suspended the controller's address is left alone for twelve hours at least.
    type: float
    default: 3600
  timeout:
    description: How long a request may take as a whole, in seconds.
    type: float
    default: 15
  validate_certs:
    description: Whether the server's TLS certificate is checked.
    type: bool
    default: true
  ca_path:
    description: File with the authorities to trust instead of the system's.
    type: str
  ask_again:
    description:
      - Ask at once whatever the cache holds, also after failures; in a lookup or an action once in each run.
    type: bool
    default: false
"""
