"""A simulated station that the collection's actions drive in this process: no playbook, no socket to it, no waiting.

The lab's loop runs only while the code under test waits for it, in its thread: during a request to the station, and
during ``time.sleep``. Its time is made up (``virtual.py``), so that nothing depends on how fast the machine is.
"""
