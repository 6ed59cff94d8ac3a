#!/bin/sh
# Install what the browser tests need, on Debian 12. As root; does nothing when all of it is there.
set -eu

exec sh "$(dirname "$0")/../packages.sh" chromium fonts-dejavu-core fonts-liberation poppler-utils
