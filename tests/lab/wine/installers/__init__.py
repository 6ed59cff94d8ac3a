"""Real installers of the stand-in client, built when a test wants them and cached by their inputs.

Response files, dialogs, product codes and folders are those of the simulated stand-in, so that one depot serves both
kinds of stations.
"""

from __future__ import annotations

from .build import build_client, build_iss, build_msi, build_nsis, build_setup

__all__ = ["build_client", "build_iss", "build_msi", "build_nsis", "build_setup"]
