"""The networks at work: an extractor of face crops, an analyzer of frames, and the executors that
run it.
"""
