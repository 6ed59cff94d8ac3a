"""The stand-in installer: a file that behaves as the client's InstallShield InstallScript setup (facts-pronote.md)."""

from __future__ import annotations
