"""A Dask cluster that is reached over TLS alone, by Dask's own configuration."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clusters import lean_clusters
from tests.support.commands import Run, settings
from tests.support.outputs import contents

distributed = pytest.importorskip(
    "distributed", reason="needs the extra: pip install 'videoemo[dask]'"
)
pytest.importorskip("cryptography", reason="needs the extra: pip install 'videoemo[test]'")

from tests.support.certificates import Certificate, write_certificate  # noqa: E402


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return write_certificate(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def address(certificate: Certificate) -> Iterator[str]:
    """Of a scheduler with one worker, who talk in no other way."""
    encrypted = {"distributed.comm.require-encryption": True}
    with (
        lean_clusters(certificate.configuration() | encrypted),
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            protocol="tls://",
            security=distributed.Security(),
            dashboard_address=":0",
        ) as cluster,
    ):
        yield cluster.scheduler_address


def score(videoemo: Run, clips: Path, out: Path, address: str) -> tuple[int, str, str]:
    pipeline = settings(out.parent)
    return videoemo("score", clips, "-o", out, "--pipeline", pipeline, "--cluster", address)


def test_a_cluster_over_tls_gives_the_bytes_of_one_local_worker(
    certificate: Certificate,
    address: str,
    clips: Path,
    uninterrupted: Path,
    tmp_path: Path,
    videoemo: Run,
) -> None:
    import dask.config

    assert address.startswith("tls://127.0.0.1:")
    with dask.config.set(certificate.configuration()):
        assert score(videoemo, clips, tmp_path / "out", address)[0] == 0
    assert contents(tmp_path / "out") == contents(uninterrupted)


@pytest.mark.parametrize("scheme", ["tls", "tcp"])
def test_who_has_no_certificate_is_told_so_in_one_line(
    address: str, clips: Path, tmp_path: Path, videoemo: Run, scheme: str
) -> None:
    import dask.config

    without = dict.fromkeys(Certificate(tmp_path, tmp_path).configuration())
    quick = {"distributed.comm.timeouts.connect": "2s"}
    gc.collect()
    gc.disable()
    try:
        with dask.config.set({**without, **quick, "distributed.comm.require-encryption": None}):
            given = (videoemo, clips, tmp_path / "out", address.replace("tls", scheme))
            status, _, err = score(*given)
        # Left to be collected, it would stop the next one from being started.
        clients = [one for one in gc.get_objects() if type(one) is distributed.Client]
        assert [one for one in clients if one.status != "closed"] == []
    finally:
        gc.enable()
    assert (status, len(err.splitlines()), (tmp_path / "out").exists()) == (1, 1, False)
    assert err.startswith(f"videoemo: no Dask scheduler at '{scheme}://")


def test_another_certificate_is_not_trusted(
    address: str, clips: Path, tmp_path: Path, videoemo: Run
) -> None:
    import dask.config

    other = write_certificate(tmp_path / "other").configuration()
    with dask.config.set({**other, "distributed.comm.timeouts.connect": "2s"}):
        status, _, err = score(videoemo, clips, tmp_path / "out", address)
    assert (status, len(err.splitlines()), (tmp_path / "out").exists()) == (1, 1, False)
