"""What runs the networks: functions from arrays to arrays, one module an engine and a kind
of network.
"""
