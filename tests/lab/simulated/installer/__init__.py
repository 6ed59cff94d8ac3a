"""The stand-in installer: a file that behaves as the client's InstallScript setup (docs/fidelity.md, S)."""

from __future__ import annotations
