"""Multi-object tracking of faces: the faces of one person form a track."""
