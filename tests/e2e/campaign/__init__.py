"""The failure campaign: one fault at every step of a deployment, then a run without faults (``make test-faults``)."""
