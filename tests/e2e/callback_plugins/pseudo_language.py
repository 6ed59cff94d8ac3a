# SPDX-License-Identifier: GPL-3.0-or-later
"""Test-only callback: the words of a play come from the folder named by RENTREE_PSEUDO (tests/pseudo.py)."""

from __future__ import annotations

import os
from pathlib import Path

from ansible.plugins.callback import CallbackBase
from ansible_collections.rentree.pronote.plugins.plugin_utils.words import catalogue

DOCUMENTATION = r"""
name: pseudo_language
type: aggregate
short_description: Say every text in marks
description: Takes the catalogues of the product from the folder named by E(RENTREE_PSEUDO).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "pseudo_language"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        # Workers are forked from this process.
        catalogue.LOCALE = Path(os.environ["RENTREE_PSEUDO"])
        catalogue.catalogue.cache_clear()
