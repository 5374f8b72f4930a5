"""What is no video of its own, and what is said of it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from tests.support.clips import write_clip
from videoemo.errors import InputError, UnreadableVideoError
from videoemo.video import frames, probe

POSIX = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files on this system")


@POSIX
@pytest.mark.parametrize("suffix", [".mp4", ".jpg"])
def test_a_pipe_is_refused_without_waiting_for_its_other_end(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    os.mkfifo(path)
    with pytest.raises(InputError, match="it is a pipe"):
        probe(path)
    link = tmp_path / f"link{suffix}"
    link.symlink_to(path)
    with pytest.raises(InputError, match="it is a pipe"):
        frames(link)


@POSIX
def test_a_device_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="it is a device"):
        probe(path)


@POSIX
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("a.mp4")
        with pytest.raises(InputError, match="it is a socket"):
            probe("a.mp4")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", n=3)
    path.chmod(0)
    with pytest.raises(InputError, match="no permission to read it"):
        probe(path)


def test_a_link_to_itself_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.symlink_to(path)
    with pytest.raises(InputError, match="cannot be read"):
        probe(path)


def playlists(folder: Path, port: int) -> list[Path]:
    """Scripts and playlists, all of which lead to a clip beside them or to a port."""
    write_clip(folder / "clip.mp4", n=3)
    write_clip(folder / "seg.ts", n=3)
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"
    remote = f"http://127.0.0.1:{port}/seg.ts"
    dash = (
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
        f'<AdaptationSet mimeType="video/mp4"><Representation id="0" bandwidth="1"><BaseURL>'
        f"{remote}</BaseURL></Representation></AdaptationSet></Period></MPD>\n"
    )
    sdp = (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    )
    texts = {
        "concat": "ffconcat version 1.0\nfile clip.mp4\n",
        "hls": hls.format("seg.ts"),
        "remote": hls.format(remote),
        "dash": dash,
        "sdp": sdp,
    }
    found = []
    for name, text in texts.items():
        for suffix in (".mp4", ".mkv", ".ts", ".m3u8", ".sdp"):
            found.append(folder / f"{name}{suffix}")
            found[-1].write_text(text)
    return found


def test_a_playlist_is_refused_and_nothing_is_asked_for(tmp_path: Path) -> None:
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def listen() -> None:
            try:
                while True:
                    asked.append(server.accept())
            except OSError:
                return

        thread = Thread(target=listen)
        found = playlists(tmp_path, server.getsockname()[1])
        thread.start()
        for path in found:
            with pytest.raises(UnreadableVideoError, match="it is a playlist, which leads to oth"):
                probe(path)
        thread.join()
    assert asked == []


def test_a_pattern_of_names_leads_to_no_other_files(tmp_path: Path) -> None:
    for i in range(3):
        write_clip(tmp_path / f"a{i}.png", n=1, codec="png", pix_fmt="rgb24")
    path = tmp_path / "a%d.png"
    path.write_bytes(b"no picture")
    with pytest.raises(UnreadableVideoError):
        probe(path)


@pytest.mark.parametrize(
    "tail",
    [
        b"trailer of some program, 64 bytes that are no box at all........",
        b"TAG" + bytes(125),
        bytes(4096),
        b"\xff" * 50,
    ],
    ids=["text", "ID3v1", "zeros", "ones"],
)
@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp4", "libx264"), (".mkv", "libx264"), (".avi", "mpeg4")]
)
def test_data_behind_the_end_of_a_whole_file_is_no_truncation(
    tmp_path: Path, suffix: str, codec: str, tail: bytes
) -> None:
    path = write_clip(tmp_path / f"a{suffix}", codec=codec)
    path.write_bytes(path.read_bytes() + tail)
    video = probe(path)
    assert (video.truncated_at, video.n_frames) == (None, 20)


def test_common_encryption_is_called_so(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mp4",
        container_options={
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
            "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
        },
    )
    with pytest.raises(UnreadableVideoError, match="it is encrypted"):
        probe(path)


def test_a_scrambled_transport_stream_is_called_encrypted(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.ts")
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 188):
        if int.from_bytes(data[at + 1 : at + 3], "big") & 0x1FFF == 0x100:  # the video
            data[at + 3] |= 0x80
    path.write_bytes(data)
    with pytest.raises(UnreadableVideoError, match="it is encrypted"):
        probe(path)


def ebml(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + (0x10000000 | len(content)).to_bytes(4, "big") + content


def test_encryption_of_matroska_is_called_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", container_options={"cluster_time_limit": "100000"})
    data = path.read_bytes()
    encryption = ebml("5035", ebml("47e1", b"\x05") + ebml("47e2", b"key"))
    encodings = ebml("6d80", ebml("6240", ebml("5033", b"\x01") + encryption))
    # The track's entry grows, and what it stands in, too; no index of places is kept right.
    tracks = data.index(bytes.fromhex("1654ae6b"), data.index(bytes.fromhex("1654ae6b")) + 4)
    path.write_bytes(_grown(data, tracks, encodings))
    with pytest.raises(UnreadableVideoError, match="it is encrypted"):
        probe(path)


def _grown(data: bytes, tracks: int, more: bytes) -> bytes:
    """A Matroska file whose first track has another element."""
    inside, n_tracks = _length(data, tracks + 4)
    end = inside + n_tracks
    inside += 6 if data[inside] == 0xBF else 0  # a checksum
    assert data[inside] == 0xAE
    track, n_track = _length(data, inside + 1)
    entry = ebml("ae", data[track : track + n_track] + more)
    rest = data[track + n_track : end]
    segment = data.index(bytes.fromhex("18538067"))
    first, _ = _length(data, segment + 4)
    body = data[first:tracks] + ebml("1654ae6b", entry + rest) + data[end:]
    return data[:segment] + bytes.fromhex("1853806701ffffffffffffff") + body


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of an EBML element begins, and its length, from where the latter stands."""
    width = 9 - data[at].bit_length()
    length = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    return at + width, length


def test_a_folder_that_may_not_be_read_says_so(
    tmp_path: Path, unprivileged: Callable[[Path], Path]
) -> None:
    (tmp_path / "shut").mkdir()
    shut = unprivileged(tmp_path) / "shut"
    shut.chmod(0)
    for path, fps in ((shut, None), (shut, 5.0), (shut / "a.mp4", None)):
        with pytest.raises(InputError, match="no permission to read it"):
            probe(path, fps=fps)
