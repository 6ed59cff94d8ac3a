# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client
short_description: Bring a station's PRONOTE client to a release
version_added: 0.1.0
description:
  - Reads the station, decides, and installs or removes through a job of the station itself, a scheduled task running as
    SYSTEM from a folder that only administrators can write to. The job goes on when the controller or the network dies,
    and the next run follows it to its end instead of starting it again.
  - The station fetches the files from the depot. It is handed the SHA-256 of C(install.cmd) over WinRM; that script
    pins the digests of the other files, so a tampered depot can stop an installation, never change it.
  - Success is the setup's own log I(and) the version of the installed program.
  - No PowerShell is started on the station.
options:
  product:
    description: The product.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  state:
    description:
      - V(present) brings the client of the year of O(release) to O(release). Clients of other years stay.
      - V(absent) removes the client of the year of O(release).
      - V(staged) only brings the verified files to the station, into a folder that only administrators can write to.
        An installation finds them there, checks their digests again and fetches nothing. Files that are not wanted any
        more are tidied away by the next run.
    type: str
    choices: [present, absent, staged]
    default: present
  release:
    description: The release, as in V(2026.2.7). A hot fix of the server (fourth part since 2024) is the same client.
    type: str
    required: true
  arch:
    description:
      - Architecture of the client. V(auto) takes that of the station's Windows.
      - When the station has a client of the year of the other architecture, and O(release) is published for it, V(auto)
        takes that one. The other would come beside it.
      - With O(state=absent) the clients of every architecture are removed.
    type: str
    choices: [auto, x64, x86]
    default: auto
  depot:
    description: Address of the depot, C(http://) or C(https://), without user name, query or percent sign.
    type: str
    required: true
  releases:
    description:
      - What is published, C(pronote_releases) of the lock file that M(rentree.pronote.depot_release) writes, or what
        C(pronote_product_releases) has for O(product). Release, then architecture, then C(digest), the SHA-256 of
        C(install.cmd), and C(removable), whether that can remove its year's client.
    type: dict
    required: true
  allow_downgrade:
    description: Put an older release of the same year back over a newer one. Refused otherwise.
    type: bool
    default: false
  downgrade:
    description:
      - How O(allow_downgrade) puts the older release back. V(over) starts its setup over the newer one.
      - V(remove_first) is for setups that refuse this. The files of the older release are brought to the station, the
        newer one is removed with what was published for its year (O(releases)), then the older one is installed.
    type: str
    choices: [over, remove_first]
    default: over
  update:
    description:
      - How O(release) goes over an earlier release of its year when no answers of an update were published
        (O(rentree.pronote.depot_release#module:update_response)). V(over) starts the setup with those of a first
        installation, which it may refuse.
      - V(reinstall) brings the files to the station, removes the client with what was published for its year
        (O(releases)), then installs. Where answers of an update are published they are used either way.
    type: str
    choices: [over, reinstall]
    default: over
  remove_older:
    description:
      - Remove the clients of the years before that of O(release), once O(release) is proven, each with the
        C(install.cmd) that was published for its own year (O(releases)). Refused before anything is done when one was
        not.
      - A program without uninstall entry is left and reported.
    type: bool
    default: false
  poll_interval:
    description: Pause between two looks at a job, in seconds. Each look is one request.
    type: float
    default: 3
  verify_timeout:
    description: How long the program may take to appear after the setup reported success, in seconds.
    type: float
    default: 60
  log_dir:
    description: Folder of the controller that keeps the logs of jobs, one file per station.
    type: path
  windows:
    description:
      - Hours and days at which an installation or removal may begin and end, each with C(from), C(to) and C(days)
        (without, every day). C(to) before C(from) is on the next day. Empty, at any time.
      - The clock is the controller's.
      - Outside them the station is read and its RV(action) is V(skip), with RV(reason) saying until when it would wait.
        A job that an earlier run began is followed at any hour, never begun again.
    type: list
    elements: dict
    default: []
  when_closed:
    description:
      - What is done outside of O(windows). V(skip) leaves the station for a later run, V(next_start) leaves the
        installation to its next start, whenever that is.
    type: str
    choices: [skip, next_start]
    default: skip
  timezone:
    description: Time zone of O(windows), as in V(Europe/Paris). Empty, the controller's.
    type: str
    default: ""
  expected_duration:
    description: Expected length of an installation, in seconds. It is not begun when it could not end in time.
    type: float
    default: 900
  store:
    description:
      - The store's file (C(pronote_state)), where what was found and done is remembered. Empty, nothing is.
      - A store that fails does not stop the task. It is a warning.
    type: str
    default: ""
  school:
    description: UAI of the station's school, for the store.
    type: str
    default: ""
  room:
    description: Room of the station, for the store.
    type: str
    default: ""
  switch_off:
    description:
      - Switch the station off at the end when M(rentree.pronote.wake) woke it, unless somebody has opened a session
        since or its job goes on.
    type: bool
    default: true
  gate:
    description:
      - Why the school's gate is closed, from M(rentree.pronote.rentree_gate); empty, it is open. With
        O(state=present) the task fails with it before the station is asked anything.
    type: str
    default: ""
  gate_source:
    description:
      - What O(gate) is said from in another language, RV(rentree.pronote.rentree_gate#module:held_source).
    type: dict
    default: {}
extends_documentation_fragment:
  - rentree.pronote.client
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
  - rentree.pronote.people
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client_info
  - module: rentree.pronote.depot_release
"""

EXAMPLES = r"""
- name: Bring the client to the release of the school's server
  rentree.pronote.client:
    release: "{{ lookup('rentree.pronote.hosted_release', '0310001A') }}"
    depot: http://depot.example.org/pronote
    releases: "{{ pronote_releases }}"

- name: Tell who works there, install, then remove the years before
  rentree.pronote.client:
    release: 2026.2.7
    depot: http://depot.example.org/pronote
    releases: "{{ pronote_releases }}"
    when_running: notify
    notify_then: close
    remove_older: true

- name: Remove last year's client
  rentree.pronote.client:
    state: absent
    release: 2025.2.9
    depot: http://depot.example.org/pronote
    releases:
      2025.2.9:
        x64: {digest: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
"""

RETURN = r"""
action:
  description:
    - What was decided, V(none), V(install), V(remove), V(stage), V(finish) (of an earlier run), V(arm) (left to the
      next start of the station), V(armed) (it waits for that start already) or V(skip).
  returned: success
  type: str
  sample: install
reason:
  description: Why.
  returned: success
  type: str
  sample: 2026.1.3 x64 installed
release:
  description: The client's release that was asked for.
  returned: success
  type: str
  sample: 2026.2.7
before:
  description: The clients of the station before.
  returned: success
  type: list
  elements: str
  sample: ["Client PRONOTE 2025: 2025.2.9 x64"]
after:
  description: The clients of the station afterwards.
  returned: success
  type: list
  elements: str
  sample: ["Client PRONOTE 2025: 2025.2.9 x64", "Client PRONOTE 2026: 2026.2.7 x64"]
frozen:
  description: What puts the station back at each start, while no later start has shown yet that what is wanted stays.
  returned: success
  type: str
  sample: ""
conditions:
  description: What a real run waits for, or does to people and to Windows, before anything is begun.
  returned: success
  type: list
  elements: str
  sample: ["Client PRONOTE.exe (pid 4711) is running: shows the message, gives 300 s, then closes it"]
job:
  description:
    - The last job. Beside what follows, the result C(code), whether a restart of Windows is needed, was done, or why
      not, whether the client runs, its log, the jobs that ended well (C(steps)), and leftovers that were tidied away.
  returned: when a job was started or followed
  type: dict
  contains:
    name:
      description: Name of the job.
      type: str
      sample: pronote-client-2026.2.7-x64-9f86d081884c-install
    started:
      description: Starts of the installer in this run.
      type: int
      sample: 1
    followed:
      description: Whether a job of an earlier run was followed.
      type: bool
      sample: false
    interrupted:
      description: How often the station cut the job off.
      type: int
      sample: 0
  sample:
    name: pronote-client-2026.2.7-x64-9f86d081884c-install
    started: 1
    followed: false
    interrupted: 0
    code: 0
    restart_needed: false
    restarted: false
    restart_left: ""
    client_running: false
    log: "== exit ==\nstep=done\n"
    log_problem: ""
    steps: [pronote-client-2026.2.7-x64-9f86d081884c-install]
    doubts: []
    tidied: []
switched_off:
  description: Whether the station, which had been woken, was switched off again.
  returned: when it had been woken
  type: bool
  sample: true
left_on:
  description: Why a station that had been woken was left on.
  returned: when RV(switched_off) is false
  type: str
  sample: somebody has opened a session
kind:
  description:
    - What kind of failure it was, V(unreachable), V(refused), V(quota), V(timeout), V(running), V(fault), V(fact),
      V(configuration) or V(controller); for an answer that is not believed V(redirect), V(unencrypted), V(packed),
      V(oversize) or V(endless).
  returned: failure
  type: str
  sample: fact
fact:
  description: What was found.
  returned: failure
  type: str
  sample: "the setup answered: the dialogs are out of order: record the response file again for this release (-12)"
remedy:
  description: What to do about it.
  returned: failure
  type: str
  sample: Record it again with this release's setup (playbooks/record_response.yml, on a reference station), publish …
"""
