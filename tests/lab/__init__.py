"""The lab. Its depot is the product's, imported from the tracked self-link: without Ansible and its loader here."""

import sys
from pathlib import Path

_COLLECTIONS = str(Path(__file__).resolve().parents[2] / ".ansible/collections")
if _COLLECTIONS not in sys.path:
    sys.path.append(_COLLECTIONS)
