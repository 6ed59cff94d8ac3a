#!/bin/sh
# Install hunspell and the dictionaries of both languages, on Debian 12. As root; does nothing when they are there.
set -eu

exec sh "$(dirname "$0")/../packages.sh" hunspell hunspell-fr-comprehensive hunspell-en-gb
