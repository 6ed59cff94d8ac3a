# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Options of what makes an audit's reports and judges it: audit_report of a play, audit_conclude of a store."""

    DOCUMENTATION = r"""
options:
  path:
    description:
      - The JSON report, whose schema is C(docs/audit.schema.json).
      - Like every report it is written atomically, with the mode C(0640) unless said otherwise, and not in check mode.
    type: path
  csv:
    description:
      - The CSV report. Opens with a double click in a French Excel (byte order mark, semicolons), and holds no formula.
    type: path
  html:
    description:
      - The HTML report. One file that loads nothing else. It links O(board) and the audits of other products, when they
        lie beside it.
      - Over 2000 stations of several schools it is an index, and each school has a file beside it
        (C(audit.etab-0310001a.html)). Those of schools that are gone are removed.
    type: path
  board:
    description: The page that M(rentree.pronote.rentree_board) writes, to link when it is in the folder of O(html).
    type: path
  prometheus:
    description:
      - Metrics for the textfile collector of node_exporter, which wants a name that ends in C(.prom). They name
        schools, not stations, and the file has the mode C(0644).
    type: path
  junit:
    description:
      - The JUnit XML report. A station that is wrong is a failure, one that refuses or whose release is not known is an
        error, an unreachable one is skipped.
    type: path
  exports:
    description:
      - More reports, each by how its name ends, as O(csv) (C(.csv)), O(prometheus) (C(.prom)) or O(junit) (C(.xml)).
        One of each kind.
    type: list
    elements: path
    default: []
    version_added: 0.2.0
  outcome:
    description:
      - A small JSON file with RV(verdict) and RV(exit_code), for C(bin/pronote-audit), and what that command prints, in
        O(language). Written in check mode too.
    type: path
  keep_days:
    description: Audits older than this are forgotten.
    type: int
    default: 180
  fail_on:
    description:
      - What makes the task fail once everything is printed and written.
      - Statuses of stations, and the verdicts V(not_compliant) (any station that was read and is not compliant) and
        V(incomplete).
    type: list
    elements: str
    default: []
  max_unreachable:
    description: With more than this percentage of stations unreachable or refusing, the audit is incomplete.
    type: float
    default: 50
  max_unknown:
    description: With more than this percentage of stations of unknown release, the audit is incomplete.
    type: float
    default: 5
"""
