"""``make test-faults``: one fault at every step of a deployment and of a survey, then a run without faults."""
