"""Studies: conditions compared by what their units displayed, over time and as a whole.

A unit is who is independent of the others, a participant or a video; never a frame, never a face.
"""
