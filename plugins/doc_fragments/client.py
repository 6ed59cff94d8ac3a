# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Options of the action client that are about what surrounds a station: times, network, disk, protection."""

    DOCUMENTATION = r"""
options:
  job_timeout:
    description: How long to follow a job before leaving it to the next run, in seconds. The job itself goes on.
    type: float
    default: 3600
  start_timeout:
    description: How long the station may take to start the job, in seconds.
    type: float
    default: 60
  reconnect_timeout:
    description: How long to wait for a station that stopped answering during a job, in seconds.
    type: float
    default: 300
  stage_rate:
    description: Bytes a second that the station fetches at with O(state=staged), as C(curl --limit-rate) takes it.
    type: str
    default: ""
  min_free_mib:
    description: Free space required on the system drive, in MiB.
    type: int
    default: 1024
  depot_revocation:
    description:
      - What the station does when Windows cannot learn whether an https depot's certificate was revoked, as with an
        authority of one's own that publishes no list. V(require) stops there (curl ends with 35); V(best_effort) goes
        on unless a list says so (curl 7.70 or later on the station); V(skip) asks for no list.
      - What is fetched is checked by its digest whichever is chosen.
    type: str
    default: require
    choices: [require, best_effort, skip]
  when_frozen:
    description:
      - What to do on a station that is put back to an image at each start (Deep Freeze, Reboot Restore Rx, UWF in
        force). What is done there is done only when a later run, after a restart, finds it there (RV(frozen)).
      - V(once) tries it, and refuses to try again what a restart has taken away; V(install) tries it each time;
        V(fail) refuses before anything is done.
    type: str
    default: once
    choices: [once, install, fail]
"""
