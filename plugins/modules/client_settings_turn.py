# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_settings_turn
short_description: A station's turn to have the settings of the school's server
version_added: 0.2.0
description:
  - Does what M(rentree.pronote.client_settings) does, and is for the role C(pronote_client_settings).
  - In check mode it returns what M(rentree.pronote.client_settings_survey) found, and asks the station nothing.
  - Otherwise a station is read again before anything is done to it. One that did not answer, or failed, is told as it
    was found, and asked once more when that was over two minutes ago.
options:
  arguments:
    description: Name of a variable with the options of M(rentree.pronote.client_settings).
    type: str
    required: true
  found:
    description:
      - Name of the variable that M(rentree.pronote.client_settings_survey) was registered in. Empty, the station is
        asked in any case.
    type: str
    default: ""
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client_settings
  - module: rentree.pronote.client_settings_survey
"""

EXAMPLES = r"""
- name: Let users find the school's server
  rentree.pronote.client_settings_turn:
    arguments: __pronote_client_settings_arguments
    found: __pronote_client_settings_survey
"""

RETURN = r"""
action:
  description: What was decided; this and everything else is as M(rentree.pronote.client_settings) returns it.
  returned: success
  type: str
  sample: write
"""
