"""The limits of a listener, with the names and defaults of ``winrm get winrm/config``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Quotas"]


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """winrm/config/winrs and winrm/config/service, with the defaults of Windows 10 and 11."""

    max_shells_per_user: int = 30  # MaxShellsPerUser
    max_operations_per_user: int = 1500  # MaxConcurrentOperationsPerUser: requests under way
    # Commands a shell may start in its life: WinRS never counts down (ansible.builtin.winrm, _winrm_run_command).
    max_operations_per_shell: int = 1500
    # MaxProcessesPerShell: commands of a shell whose end nobody has acknowledged, with the Signal terminate that the
    # protocol demands before the next command ([MS-WSMV] 2.2.4.38).
    max_processes_per_shell: int = 25
    max_envelope_kb: int = 500  # MaxEnvelopeSizekb
    shell_idle_seconds: float = 7200.0  # IdleTimeout
    enumeration_seconds: float = 240.0  # EnumerationTimeoutms: an enumeration nobody pulls is forgotten
