"""Demuxers of libav that may be used: those that read one file, and never follow it to others."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ONE_FILE_ONLY", "is_playlist"]

# By libav's names, which are also those of `ffmpeg -demuxers`. Left out are scripts and playlists
# (concat, hls, dash, imf, sdp), numbered pictures (image2), those that look for files beside the
# one they read (mlv, vobsub), text (tty), sound, subtitles, the network and devices.
DEMUXERS = (
    # in use
    *(
        "3gp",
        "apng",
        "apv",
        "asf",
        "av1",
        "avi",
        "dnxhd",
        "dv",
        "flv",
        "gif",
        "gxf",
        "h261",
        "h263",
    ),
    *("h264", "hevc", "ivf", "live_flv", "lxf", "m4v", "matroska", "mjpeg", "mjpeg_2000", "mov"),
    *("mpeg", "mpegts", "mpegvideo", "mpjpeg", "mxf", "nut", "obu", "ogg", "rm", "vc1", "vc1test"),
    *("vvc", "webm", "wtv", "yuv4mpegpipe"),
    # of cameras, recorders and mobile telephones
    *("avs2", "avs3", "cavsvideo", "cine", "dhav", "dirac", "evc", "ifv", "ingenient", "kux"),
    *(
        "lmlm4",
        "luodat",
        "lvf",
        "moflex",
        "mtv",
        "nsv",
        "nuv",
        "pmp",
        "pva",
        "r3d",
        "ser",
        "swf",
        "ty",
    ),
    *("vividas", "vivo", "xmv"),
    # of games, discs and early computers
    *("4xm", "anm", "bethsoftvid", "bfi", "bink", "bmv", "c93", "cdxl", "dfa", "dsicin", "dxa"),
    *("ea", "film_cpk", "filmstrip", "flic", "gdv", "hnm", "idcin", "iff", "ipmovie", "ipu", "iss"),
    *("iv8", "jv", "mm", "mv", "mvi", "mxg", "paf", "rl2", "roq", "rpl", "sga", "siff"),
    *("simbiosis_imx", "smjpeg", "smk", "smush", "thp", "tiertexseq", "tmv", "txd", "vmd"),
    *("wc3movie", "wsvqa", "yop"),
    # pictures, each in a file of its own
    *("bmp_pipe", "cri_pipe", "dds_pipe", "dpx_pipe", "exr_pipe", "gem_pipe", "gif_pipe"),
    *("hdr_pipe", "j2k_pipe", "jpeg_pipe", "jpegls_pipe", "jpegxl_anim", "jpegxl_pipe"),
    *("jpegxs_pipe", "pam_pipe", "pbm_pipe", "pcx_pipe", "pfm_pipe", "pgm_pipe", "pgmyuv_pipe"),
    *("pgx_pipe", "phm_pipe", "photocd_pipe", "pictor_pipe", "png_pipe", "ppm_pipe", "psd_pipe"),
    *("qdraw_pipe", "qoi_pipe", "sgi_pipe", "sunrast_pipe", "tiff_pipe", "vbn_pipe"),
    *("webp_pipe", "xbm_pipe", "xpm_pipe", "xwd_pipe"),
)
# For libav: nothing else is tried, and nothing but files is opened.
ONE_FILE_ONLY = {"format_whitelist": ",".join(DEMUXERS), "protocol_whitelist": "file"}

# How playlists and scripts begin, in any case and after spaces; those written in XML have the
# element within.
BEGINNINGS = (b"#extm3u", b"ffconcat", b"v=0", b"[playlist]", b"[reference]", b"rtsptext")
ELEMENTS = (b"<mpd", b"<smil", b"<asx", b"<playlist", b"<compositionplaylist")
HEAD = 4096


def is_playlist(path: Path) -> bool:
    """Whether a file is a playlist, or a script, that leads to other files."""
    with path.open("rb") as file:
        head = file.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(BEGINNINGS) or (
        head.startswith(b"<") and any(element in head for element in ELEMENTS)
    )
