"""Suffixes of the files that a search of a folder takes; a file named outright is tried whatever
its suffix.
"""

from __future__ import annotations

__all__ = ["HEIF", "PICTURES", "VIDEOS"]

# Photographs of phones, in a container that Pillow does not read.
HEIF = frozenset([".heic", ".heics", ".heif", ".heifs", ".hif"])

# Those of the formats that Pillow reads as `video` uses it, and HEIF.
PICTURES = HEIF | frozenset(
    [
        *(".avif", ".avifs", ".bmp", ".dib", ".insp", ".j2c", ".j2k", ".jfif", ".jif", ".jp2"),
        *(".jpc", ".jpe", ".jpeg", ".jpf", ".jpg", ".jpx", ".mpo", ".pbm", ".pfm", ".pgm"),
        *(".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"),
    ]
)

# Those of the containers and raw streams of video that libav reads, but for those which stand for
# something else far more often, such as `.ogg`, `.dat` and `.txt`.
VIDEOS = frozenset(
    [
        # MP4 and QuickTime, with the names that phones and cameras give them
        *(".360", ".3g2", ".3gp", ".3gp2", ".3gpp", ".f4v", ".insv", ".ismv", ".lrv", ".m4v"),
        *(".mj2", ".mov", ".mp4", ".mp4v", ".mqv", ".qt"),
        # MPEG-1 and MPEG-2: streams, DVDs, camcorders, television
        *(".evo", ".m1v", ".m2p", ".m2t", ".m2ts", ".m2v", ".mod", ".mpe", ".mpeg", ".mpg"),
        *(".mpv", ".mts", ".tod", ".tp", ".trp", ".ts", ".vob", ".vro"),
        # other containers
        *(".amv", ".apng", ".asf", ".avi", ".cine", ".dav", ".divx", ".dv", ".dvr-ms", ".flc"),
        *(".fli", ".flv", ".gif", ".gxf", ".mk3d", ".mkv", ".mxf", ".nsv", ".nut", ".nuv"),
        *(".ogm", ".ogv", ".ogx", ".rm", ".rmvb", ".webm", ".wm", ".wmv", ".wtv", ".xvid"),
        # streams without a container
        *(".263", ".264", ".265", ".266", ".av1", ".avc", ".h261", ".h263", ".h264", ".h265"),
        *(".h266", ".hevc", ".ivf", ".mjpeg", ".mjpg", ".obu", ".vc1", ".vvc", ".y4m"),
    ]
)
