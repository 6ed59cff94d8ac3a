# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what a deployment does to the people at a station, and to its Windows."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of C(rentree.pronote.client): who is using the station, and its restarts."""

    DOCUMENTATION = r"""
options:
  when:
    description:
      - V(next_start) brings and verifies the files now, and has the station install them by itself at its next start,
        before anybody logs on. Nothing else is done today; the next run proves what came of it.
      - The same as an answer to what keeps the station from it now is O(when_running), O(when_session),
        O(when_reboot_pending) and O(when_closed).
      - Pilots are installed at once all the same, since a station that waits for its start proves nothing.
    type: str
    choices: [now, next_start]
    default: now
  armed_days:
    description:
      - For how many days a station waits for that start, 1 to 365. The first start after it clears everything away and
        installs nothing.
    type: int
    default: 14
  armed_delay:
    description: How long after the start of Windows the installation begins, in seconds.
    type: float
    default: 30
  when_running:
    description:
      - What to do when somebody is using the client. V(skip) leaves the station for a later run, V(wait) waits for
        O(wait_running_timeout), V(notify) shows O(notify_message) and gives O(notify_delay), V(close) kills the client
        (what is being typed is lost), V(next_start) leaves the installation to the next start of the station (O(when)),
        V(fail) fails.
      - A client that is started after that, until the setup begins, is seen by the job itself. It is then closed again
        with V(close), an error with V(fail), and otherwise the station is left for a later run.
    type: str
    choices: [skip, wait, notify, close, next_start, fail]
    default: skip
  when_session:
    description:
      - When somebody is logged on without the client. V(ignore) goes on, since the setup shows and locks nothing of
        theirs. V(next_start) leaves the installation to the next start of the station. V(notify) shows
        O(notify_message), waits O(notify_delay) at most, then goes on.
    type: str
    choices: [ignore, skip, wait, notify, next_start, fail]
    default: ignore
  wait_running_timeout:
    description: How long V(wait) waits for the client to be closed, or for the end of the session, in seconds.
    type: float
    default: 600
  notify_message:
    description:
      - The message; C({minutes}) is the delay. At most 255 characters, none of them C(") or C(%).
      - It is shown by C(msg.exe), which Home editions of Windows do not have. Where it cannot be shown the station is
        left for a later run, so that nobody is closed without having been told.
    type: str
    default: >-
      Mise à jour de PRONOTE sur ce poste dans {minutes} min. Merci d'enregistrer votre travail, de fermer PRONOTE et
      de ne pas le rouvrir avant.
  notify_delay:
    description: How long V(notify) gives, in seconds. It ends early when the client is closed.
    type: float
    default: 300
  notify_then:
    description: What V(notify) does with a client that is still running after O(notify_delay).
    type: str
    choices: [skip, close]
    default: skip
  when_reboot_pending:
    description:
      - What to do when Windows waits for a restart before anything was begun. V(ignore) warns and goes on, V(skip)
        leaves the station for a later run, V(next_start) to its next start (which may be this very restart), V(fail)
        fails.
      - V(reboot) restarts it first when O(reboot) allows it now, or, with O(reboot=never), when nobody is logged on.
    type: str
    choices: [ignore, skip, next_start, fail, reboot]
    default: ignore
  reboot:
    description:
      - Whether the station is restarted when the setup asks for it. V(never) warns, V(if_idle) restarts when nobody is
        logged on, V(in_window) restarts when nobody is and the open window of O(windows) ends late enough.
      - The station is waited for and the release looked at again. An interrupted run restarts it once all the same.
    type: str
    choices: [never, if_idle, in_window]
    default: never
  reboot_with_session:
    description:
      - Restart although somebody is logged on. They see O(reboot_message) for O(reboot_delay); then their programs are
        closed, and what is being typed is lost.
    type: bool
    default: false
  reboot_message:
    description: What Windows shows before the restart.
    type: str
    default: Ce poste redémarre pour terminer la mise à jour de PRONOTE. Merci d'enregistrer votre travail.
  reboot_delay:
    description: Delay before the restart, in seconds. Called off when somebody logs on meanwhile.
    type: float
    default: 60
  reboot_timeout:
    description: How long the restarted station may take to answer again, in seconds.
    type: float
    default: 900
"""
