"""msiexec.exe, as far as a station without any package of Windows Installer has something to show of it."""

from __future__ import annotations

from ..processes import Invocation

__all__ = ["run"]

# ERROR_UNKNOWN_PRODUCT and ERROR_INSTALL_PACKAGE_OPEN_FAILED, "MsiExec.exe and InstMsi.exe Error Messages",
# learn.microsoft.com/windows/win32/msi/error-codes.
_UNKNOWN_PRODUCT, _NO_PACKAGE = 1605, 1619


async def run(invocation: Invocation) -> int:
    """``/x {code} /qn`` of what was never installed; anything else is a package that cannot be opened."""
    flags = [argument.lower() for argument in invocation.arguments]
    return _UNKNOWN_PRODUCT if flags[:1] == ["/x"] and "/qn" in flags else _NO_PACKAGE
