"""Faults put into the product on purpose: a test suite that does not notice them is none.

``known.toml`` has those that an earlier suite did not notice, each with the test that does. ``python -m tests.mutants``
makes many more with mutmut's operators, and ``survivors.toml`` says why the ones that live on may.
"""
