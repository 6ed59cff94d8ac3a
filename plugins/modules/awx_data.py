# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: awx_data
short_description: Write what AWX is to have for an inventory
version_added: 0.3.0
description:
  - Writes a file that C(awx/apply.yml) is given. It has an organization, a project, types of credentials and
    credentials, an inventory and its source, an execution environment, a group of nodes, job templates, workflows and
    schedules, as arguments of the modules of C(awx.awx).
  - Each workflow has a job for each school, limited to the group that holds the school's stations and nobody else, so
    that no job ever sees a part of a school. The audits end with one job that draws the conclusion of all of them.
  - An inventory that AWX cannot read is an error. So are a file that is encrypted as a whole, an account of the
    stations in the inventory (it would count instead of AWX's machine credential), and a station of no school.
  - No secret is written. Credentials are made empty, and filled in AWX.
  - What is not given is asked, where there is a terminal. AWX itself is not asked anything.
  - Runs once for the play, on the controller, and asks no station anything.
options:
  file:
    description: The file that is written. One that is there and was not written by this module is refused.
    type: path
    default: awx-data.yml
  organization:
    description: The organization in AWX. Empty, it is asked.
    type: str
    default: ""
  project_url:
    description: The address of the git repository with this project and the inventory. Empty, it is asked.
    type: str
    default: ""
  branch:
    description: The branch of that repository.
    type: str
    default: main
  source:
    description: The inventory's folder in that repository. Empty, the one of C(-i), when it lies below the current
      folder.
    type: str
    default: ""
  image:
    description: The image of C(awx/execution-environment.yml), as it was published. Empty, it is asked.
    type: str
    default: ""
  volume:
    description: A folder that is on each node and stays when a job has ended.
    type: path
    default: /srv/pronote-awx
  instance_group:
    description: The group of nodes that jobs run on, which is made.
    type: str
    default: PRONOTE
  instances:
    description: The nodes of that group. Without any, all of them.
    type: list
    elements: str
    default: []
  schools_per_node:
    description: How many schools a job has.
    type: int
    default: 1
  approval:
    description: Whether deployments stop after the stations with C(pronote_pilot), until somebody approves in AWX. Each
      school must have such a station then.
    type: bool
    default: false
  forks:
    description: Stations at a time in each job.
    type: int
    default: 25
  timezone:
    description: Time zone of the schedules.
    type: str
    default: Europe/Paris
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.inventory_init
"""

EXAMPLES = r"""
- name: Write the data for AWX
  rentree.pronote.awx_data:
    organization: DSI
    project_url: https://git.example.org/pronote.git
    image: registry.example.org/rentree-pronote:0.1.0
    approval: true
"""

RETURN = r"""
file:
  description: The file, as it was given.
  returned: success
  type: str
  sample: awx-data.yml
schools:
  description: How many schools there are.
  returned: success
  type: int
  sample: 100
jobs:
  description: How many jobs their workflow has, the conclusion and the pilots' jobs left out.
  returned: success
  type: int
  sample: 100
"""
