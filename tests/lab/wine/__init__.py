"""Stations in Wine prefixes: real cmd, registry, installers and version resources."""
