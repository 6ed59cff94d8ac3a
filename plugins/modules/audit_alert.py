# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: audit_alert
short_description: Tell people what an audit found, by mail or webhook, once
version_added: 0.1.0
description:
  - Compares the audit with what was last told, and sends a message only when there is news or a threshold is passed.
  - Each way (mail, webhook) remembers in the store what it told. What could not be sent is told with the next audit;
    what was told is not told again.
  - The first audit is where comparisons start from, and no news by itself.
  - A server that is down, or refuses, is a warning and RV(failed_ways), not an error of the task. Options that cannot
    be used, or a store that cannot, are errors, whether there is news or not.
  - Runs once, on the controller, and needs no station to answer. The JSON of the webhook is in C(docs/schedule.md).
options:
  records:
    description: Name of the variable that M(rentree.pronote.audit) was registered in.
    type: str
    default: pronote_audit_record
  summary:
    description:
      - What M(rentree.pronote.audit_report) returned. When it failed before there was an audit the task is skipped.
    type: dict
    required: true
  product:
    description: The product that was audited.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  store:
    description: The store, the one of M(rentree.pronote.audit_report). Not written in check mode.
    type: str
    required: true
    aliases: [state]
  language:
    description:
      - Language of the messages.
      - Without it French, or what the variable C(pronote_audit_language) says. That one is deprecated
        for C(pronote_language).
    type: str
    choices: [fr, en]
  tell:
    description:
      - What is worth a message. V(newly_late) and V(fixed) are stations, V(by_hand) clients that changed without a job
        of ours, V(new) and V(vanished) stations that came or went, V(verdict) a change of the verdict on the whole.
    type: list
    elements: str
    default: [newly_late, fixed, by_hand, vanished, verdict]
  threshold:
    description:
      - A message is sent when more than this percentage of the stations that could be judged are wrong, and another one
        when it is no longer so. V(100) means never.
      - Neither this nor V(verdict) of O(tell) is looked at in a run with C(--limit), which does not know the whole.
    type: float
    default: 100.0
  report:
    description:
      - The HTML report, to attach to the mail. Left out, with a warning, when it is not there, above 10 MiB, or too
        large for the mail server.
    type: path
  report_url:
    description: Where people find the report, to be linked.
    type: str
  mail_server:
    description: Name or address of the SMTP server. Required with O(mail_to).
    type: str
  mail_port:
    description: Its port. V(0) means 587 for V(starttls), 465 for V(tls), 25 for V(none).
    type: int
    default: 0
  mail_encryption:
    description:
      - How the exchange is encrypted. With V(starttls) a server that does not offer it gets nothing.
      - V(none) is refused together with O(mail_username).
    type: str
    choices: [starttls, tls, none]
    default: starttls
  mail_username:
    description: Account on the SMTP server. Empty means no login.
    type: str
  mail_password:
    description: Its password. From a vault, never in a file as it is.
    type: str
  mail_ca_path:
    description: File with the authorities to trust instead of the system's.
    type: path
  mail_from:
    description: The sender, as C(a@example.org) or C(Name <a@example.org>). Required with O(mail_to).
    type: str
  mail_to:
    description: The recipients, in the same form. Empty means no mail.
    type: list
    elements: str
    default: []
  webhook_url:
    description: Where to post. Empty means no webhook. Treated as a secret, since chats put their token in it.
    type: str
  webhook_secret:
    description:
      - Key of the signature. The header C(X-Rentree-Signature) is C(sha256=) and the HMAC-SHA-256 of the body in
        hexadecimal.
    type: str
  webhook_ca_path:
    description: File with the authorities to trust for the webhook instead of the system's.
    type: path
  timeout:
    description: How long to wait for a server, in seconds.
    type: float
    default: 30.0
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.audit_report
"""

EXAMPLES = r"""
- name: Tell the team what changed
  rentree.pronote.audit_alert:
    summary: "{{ pronote_audit_result }}"
    store: state/pronote.sqlite3
    report: reports/audit.html
    threshold: 10
    mail_server: smtp.example.org
    mail_username: audit
    mail_password: "{{ vault_mail_password }}"
    mail_from: Audit PRONOTE <audit@example.org>
    mail_to: [equipe@example.org]
    webhook_url: "{{ vault_webhook_url }}"
"""

RETURN = r"""
sent:
  description: The ways that told, or would tell in check mode.
  returned: when an audit was made
  type: list
  elements: str
  sample: [mail]
failed_ways:
  description: The ways that could not, each with a warning.
  returned: when an audit was made
  type: list
  elements: str
  sample: [webhook]
subject:
  description: Subject of the message; empty when there was nothing to tell.
  returned: when an audit was made
  type: str
  sample: "[Client PRONOTE] 0310001A Lycée Exemple : 3 à traiter (45 postes sur 60 à jour)"
text:
  description: The message.
  returned: when an audit was made
  type: str
  sample: "45 postes sur 60 à jour"
"""
