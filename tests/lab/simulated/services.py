"""Services: what Win32_Service lists."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Service", "ServiceTable"]


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service; ``pid`` is not kept here: hosts change at each boot."""

    name: str
    display_name: str
    path: str
    running: bool = True
    start_mode: str = "Auto"  # Auto, Manual, Disabled
    account: str = "LocalSystem"


class ServiceTable:
    """The baseline's services with this station's changes."""

    def __init__(self, base: tuple[Service, ...]) -> None:
        self._base = {service.name.lower(): service for service in base}
        self._own: dict[str, Service | None] = {}

    def all(self) -> list[Service]:
        """Every service, by name."""
        merged = {**self._base, **self._own}
        return [service for _, service in sorted(merged.items()) if service is not None]

    def get(self, name: str) -> Service | None:
        key = name.lower()
        return self._own[key] if key in self._own else self._base.get(key)

    def put(self, service: Service) -> None:
        self._own[service.name.lower()] = service

    def set_running(self, name: str, running: bool) -> None:
        service = self.get(name)
        if service is None:
            raise KeyError(name)
        self.put(replace(service, running=running))

    def remove(self, name: str) -> None:
        self._own[name.lower()] = None

    def put_back(self, own: dict[str, Service | None]) -> None:
        """Make these the station's changes."""
        self._own = dict(own)

    def changes(self) -> list[tuple[str, Service | None]]:
        """What differs from the baseline."""
        return sorted(
            ((key, service) for key, service in self._own.items() if service != self._base.get(key)),
            key=lambda item: item[0],
        )
