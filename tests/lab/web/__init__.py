"""The lab's web servers: hosted PRONOTE servers, and the depot."""
