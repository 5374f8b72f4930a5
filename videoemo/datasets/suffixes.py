"""Suffixes of the files that a search of a folder takes; a file named outright is tried whatever
its suffix.
"""

from __future__ import annotations

__all__ = ["BEYOND_PILLOW", "PICTURES", "VIDEOS"]

# Pictures that Pillow does not read: of phones, of film, of archives.
BEYOND_PILLOW = frozenset([".dpx", ".exr", ".heic", ".heics", ".heif", ".heifs", ".hif", ".jls"])

PICTURES = BEYOND_PILLOW | frozenset(
    [
        *(".avif", ".avifs", ".bmp", ".insp", ".j2c", ".j2k", ".jfif", ".jif", ".jp2", ".jpc"),
        *(".jpe", ".jpeg", ".jpf", ".jpg", ".jpx", ".mpo", ".pam", ".pbm", ".pcx", ".pfm"),
        *(".pgm", ".png", ".pnm", ".ppm", ".qoi", ".ras", ".sgi", ".tif", ".tiff", ".webp"),
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
        *(".ogm", ".ogv", ".ogx", ".pva", ".rm", ".rmvb", ".webm", ".wm", ".wmv", ".wtv"),
        *(".xvid", ".lxf"),
        # of games and the early web
        *(".bik", ".roq", ".smk", ".swf", ".thp", ".viv"),
        # streams without a container
        *(".263", ".264", ".265", ".266", ".av1", ".avc", ".h261", ".h263", ".h264", ".h265"),
        *(
            ".avs2",
            ".avs3",
            ".cavs",
            ".drc",
            ".h266",
            ".hevc",
            ".ivf",
            ".mjpeg",
            ".mjpg",
            ".obu",
            ".vc1",
            ".vvc",
            ".y4m",
        ),
    ]
)
