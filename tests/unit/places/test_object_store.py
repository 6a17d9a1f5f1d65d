"""Objects of an S3-compatible server on loopback, and of a shared folder, fetched into an inbox."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from flows import fetch as fetching
from schemas.config import Config, Limits, Site, Source
from schemas.errors import CallqaError, ConfigError


def workspace(folder, url, **own):
    source = Source("bucket", "csv", fetch=url, **own)
    config = Config(folder / "site", Site("Test", "Europe/Berlin"), (source,), limits=Limits(file_mb=1))
    config.inbox.mkdir(parents=True)
    return config


def fetched(config):
    return [one.name for one in fetching.fetch(config, config.sources[0])]


def inbox(config):
    return {
        path.relative_to(config.inbox).as_posix(): path.read_bytes()
        for path in config.inbox.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def server():
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    running = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    yield running.get_host_and_port()
    running.stop()


@pytest.fixture
def bucket(server, monkeypatch):
    boto3 = pytest.importorskip("boto3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    host, port = server
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="eu-central-1")
    client.create_bucket(Bucket="calls", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield client, f"s3://calls/export?scheme=http&region=eu-central-1&endpoint_override={host}:{port}"
    for item in client.list_objects_v2(Bucket="calls").get("Contents", []):
        client.delete_object(Bucket="calls", Key=item["Key"])
    client.delete_bucket(Bucket="calls")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_objects_of_a_bucket_are_fetched_once_and_again_when_they_change(bucket, tmp_path):
    client, url = bucket
    client.put_object(Bucket="calls", Key="export/2026/a.csv", Body=b"id\n1\n")
    client.put_object(Bucket="calls", Key="export/b.csv", Body=b"id\n2\n")
    client.put_object(Bucket="calls", Key="elsewhere/c.csv", Body=b"id\n3\n")
    config = workspace(tmp_path, url)
    assert fetched(config) == ["2026/a.csv", "b.csv"]
    assert inbox(config) == {"bucket/2026/a.csv": b"id\n1\n", "bucket/b.csv": b"id\n2\n"}
    assert fetched(config) == []
    client.put_object(Bucket="calls", Key="export/b.csv", Body=b"id\n2\n4\n")
    assert fetched(config) == ["b.csv"]
    assert inbox(config)["bucket/b.csv"] == b"id\n2\n4\n"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_bucket_that_is_not_there_is_named_without_secrets(bucket, tmp_path):
    _, url = bucket
    config = workspace(tmp_path, url.replace("s3://calls", "s3://key:geheim@nothing"))
    with pytest.raises(CallqaError, match="cannot read from this place") as failed:
        fetched(config)
    assert "geheim" not in str(failed.value)


@pytest.fixture
def share(tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"a")
    (folder / "b.csv").write_bytes(b"b")
    return folder


def test_a_share_is_read_and_never_changed(share, tmp_path):
    config = workspace(tmp_path, share.as_uri())
    (share / ".hidden").write_bytes(b"x")
    assert fetched(config) == ["a.csv", "b.csv"]
    assert sorted(path.name for path in share.iterdir()) == [".hidden", "a.csv", "b.csv"]
    assert fetched(config) == []


def test_a_file_of_a_place_belongs_to_its_source_alone(share, tmp_path):
    config = workspace(tmp_path, share.as_uri())
    assert config.sources[0].files == "bucket/**"
    fetched(config)
    from flows import inbox as claiming

    assert [(one.name, one.source.name) for one in claiming.claim(config)] == [
        ("bucket/a.csv", "bucket"),
        ("bucket/b.csv", "bucket"),
    ]


def test_killed_after_the_move_it_is_fetched_again_and_lies_there_once(share, tmp_path, monkeypatch):
    config = workspace(tmp_path, share.as_uri())
    monkeypatch.setattr(fetching, "_remember", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        fetched(config)
    monkeypatch.undo()
    assert fetched(config) == ["a.csv", "b.csv"]
    assert sorted(inbox(config)) == ["bucket/a.csv", "bucket/b.csv"]


@pytest.mark.parametrize("damage", ["", "[]", '{"url": "file:///other", "memory": {"seen": {}}}', "{"])
def test_a_lost_memory_only_means_that_files_come_again(share, tmp_path, damage):
    config = workspace(tmp_path, share.as_uri())
    fetched(config)
    memory = config.data / "places" / "bucket.json"
    assert json.loads(memory.read_text())["url"] == share.as_uri()
    memory.write_text(damage)
    assert fetched(config) == ["a.csv", "b.csv"]


def test_a_file_that_is_too_large_stays_and_the_others_come(share, tmp_path):
    (share / "a.csv").write_bytes(b"x" * (1 << 20) + b"y")
    config = workspace(tmp_path, share.as_uri())
    names = []
    with pytest.raises(CallqaError, match=r"1 objects are too large.*a\.csv"):
        names.extend(one.name for one in fetching.fetch(config, config.sources[0]))
    assert list(inbox(config)) == ["bucket/b.csv"]


def test_a_missing_share_and_an_unknown_scheme_say_what_to_do(tmp_path):
    config = workspace(tmp_path, (tmp_path / "nowhere").as_uri())
    with pytest.raises(CallqaError, match="cannot read from this place"):
        fetched(config)
    config = replace(config, sources=(Source("bucket", "csv", fetch="s4://calls"),))
    with pytest.raises(ConfigError, match=r"no place is called s4://.*s3"):
        fetched(config)


def test_a_secret_comes_from_the_environment_only(share, tmp_path, monkeypatch):
    config = workspace(tmp_path, share.as_uri(), secret_env="CALLQA_TEST_SECRET")
    with pytest.raises(CallqaError, match="the environment has no CALLQA_TEST_SECRET"):
        fetched(config)
    monkeypatch.setitem(os.environ, "CALLQA_TEST_SECRET", "geheim")
    assert fetched(config) == ["a.csv", "b.csv"]
    assert "geheim" not in "".join(path.read_text() for path in (config.data / "places").iterdir())
