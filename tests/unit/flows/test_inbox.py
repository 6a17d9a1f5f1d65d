from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
from dataclasses import replace

import pytest

from flows import inbox, landing
from schemas.config import Config, Limits, Site, Source
from schemas.errors import CallqaError


@pytest.fixture
def config(tmp_path):
    root = tmp_path.resolve()
    (root / "inbox").mkdir()
    sources = (
        Source(name="acd", format="mapped", files="acd/*.csv"),
        Source(name="mail", format="mbox", files="**/*.mbox"),
    )
    return Config(root, Site("Test", "Europe/Berlin"), sources, limits=Limits(file_mb=1))


def drop(config, name, content=b"a;b\n1;2\n"):
    path = config.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def claims(config):
    return {found.name: (found.status, found.reason) for found in inbox.claim(config)}


def landed(config):
    return sorted(path.name for path in config.landing.rglob("*") if path.is_file())


def test_a_file_is_copied_under_its_content_hash_and_stays_until_released(config):
    path = drop(config, "acd/day.csv", b"content")
    (found,) = inbox.claim(config)
    file_id = hashlib.sha256(b"content").hexdigest()
    assert (found.status, found.name, found.source.name, found.bytes) == ("claimed", "acd/day.csv", "acd", 7)
    assert found.file_id == file_id
    assert found.landed == config.landing / file_id[:2] / file_id
    assert found.landed.read_bytes() == b"content"
    assert path.exists()
    assert inbox.release(config, found)
    assert not path.exists()
    assert found.landed.exists()


def test_copies_and_their_folders_are_for_the_owner_alone(config):
    drop(config, "acd/day.csv")
    old = os.umask(0)
    try:
        (found,) = inbox.claim(config)
    finally:
        os.umask(old)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (config.data, config.landing, found.landed.parent)]
    assert modes == [0o700, 0o700, 0o700]
    assert stat.S_IMODE(found.landed.stat().st_mode) == 0o600


def test_files_come_in_the_order_of_their_names(config):
    for name in ("acd/b.csv", "x.mbox", "acd/a.csv", "a.mbox", "acd/B.csv"):
        drop(config, name, name.encode())
    assert [found.name for found in inbox.claim(config)] == ["a.mbox", "acd/B.csv", "acd/a.csv", "acd/b.csv", "x.mbox"]


def test_hidden_names_private_folders_and_uploads_in_progress_are_passed_over(config):
    for name in (".x.mbox", ".git/x.mbox", "_done/x.mbox", "acd/x.csv.part", "acd/x.csv.tmp"):
        drop(config, name)
    drop(config, "_x.mbox")
    assert list(claims(config)) == ["_x.mbox"]


def test_a_file_no_source_takes_is_refused_with_the_nearest_glob(config):
    drop(config, "acd/day.cvs")
    status, reason = claims(config)["acd/day.cvs"]
    assert status == "refused"
    assert reason == "no source in callqa.toml takes it. Did you mean 'acd/*.csv'?"


def test_a_file_two_sources_take_is_refused_with_their_names(config):
    both = replace(config, sources=(*config.sources, Source(name="other", format="mapped", files="acd/d*")))
    drop(both, "acd/day.csv")
    assert "more than one source takes it (acd, other)" in claims(both)["acd/day.csv"][1]


@pytest.mark.parametrize(
    ("pattern", "name", "taken"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "x/a.csv", False),
        ("**/*.csv", "a.csv", True),
        ("**/*.csv", "x/y/a.csv", True),
        ("acd/**/a.csv", "acd/a.csv", True),
        ("acd/**", "acd/x/a.csv", True),
        ("acd/20[0-9][0-9]-??.csv", "acd/2026-03.csv", True),
        ("*.csv", "a.CSV", False),
        ("*", "a/b", False),
    ],
)
def test_a_star_stays_within_a_folder_and_two_cross_folders(pattern, name, taken):
    assert inbox.matches(pattern, name) is taken


def test_links_pipes_and_sockets_are_refused_and_nothing_behind_them_is_read(config, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    folder = config.inbox / "acd"
    folder.mkdir()
    (folder / "soft.csv").symlink_to(secret)
    (folder / "hard.csv").hardlink_to(secret)
    (config.inbox / "outside").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(folder)
        server.bind("s.csv")
        os.chdir(here)
        found = claims(config)
    assert {name: reason.split(":")[0] for name, (_, reason) in found.items()} == {
        "acd/soft.csv": "is a symbolic link, not a file",
        "acd/hard.csv": "has 2 names (hard links)",
        "acd/pipe.csv": "is a named pipe, not a file",
        "acd/s.csv": "is a socket, not a file",
        "outside": "is a symbolic link, not a file",
    }
    assert {status for status, _ in found.values()} == {"refused"}
    assert landed(config) == []


def test_a_file_swapped_for_a_link_after_it_was_looked_at_is_not_followed(config, tmp_path, monkeypatch):
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    path = drop(config, "acd/day.csv")

    def swap(config, name):
        path.unlink()
        path.symlink_to(secret)
        return config.sources[0]

    monkeypatch.setattr(inbox, "_source", swap)
    status, reason = claims(config)["acd/day.csv"]
    assert (status, reason.split(":")[0]) == ("refused", "cannot be opened")
    assert landed(config) == []


def test_a_folder_swapped_for_a_link_is_not_entered(config, tmp_path, monkeypatch):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.mbox").write_text("secret")
    (config.inbox / "sub").mkdir()
    real = os.open

    def swap(path, *rest, **more):
        if path == "sub":
            (config.inbox / "sub").rmdir()
            (config.inbox / "sub").symlink_to(tmp_path / "secret")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", swap)
    assert claims(config)["sub"][0] == "refused"
    assert landed(config) == []


@pytest.mark.parametrize("name", [b"acd/a\nb.csv", b"acd/\x1b[31m.csv", b"acd/\xff.csv", "acd/\u202egnp.csv".encode()])
def test_a_name_that_could_not_stand_on_one_line_is_refused_and_shown_escaped(config, name):
    (config.inbox / "acd").mkdir()
    with open(os.path.join(os.fsencode(config.inbox), name), "wb") as out:
        out.write(b"x")
    (found,) = inbox.claim(config)
    assert (found.status, found.name.isprintable()) == ("refused", True)
    assert "rename it" in found.reason


def test_a_name_with_umlauts_and_odd_spaces_is_a_name(config):
    drop(config, "acd/Übersicht\u202f März.csv")
    assert [status for status, _ in claims(config).values()] == ["claimed"]


def test_folders_nested_too_deep_are_refused_by_name(config):
    drop(config, "d/" * (inbox.MAX_DEPTH + 1) + "x.mbox")
    ((name, (status, reason)),) = claims(config).items()
    assert (name, status) == ("/".join("d" * (inbox.MAX_DEPTH + 1)), "refused")
    assert "folders deep" in reason


@pytest.mark.parametrize("change", ["append", "same size", "replace", "remove"])
def test_a_file_that_changes_while_it_is_copied_waits(config, monkeypatch, change):
    path = drop(config, "acd/day.csv", b"1234")
    os.utime(path, (1, 1))
    real = landing.copy

    def meanwhile(config, handle, shown):
        copied = real(config, handle, shown)
        if change == "append":
            with path.open("ab") as out:
                out.write(b"5")
        elif change == "same size":
            path.write_bytes(b"abcd")
        elif change == "replace":
            drop(config, "new", b"1234").replace(path)
        else:
            path.unlink()
        return copied

    monkeypatch.setattr(landing, "copy", meanwhile)
    assert claims(config)["acd/day.csv"][0] == "waiting"
    assert landed(config) == []


def test_a_file_over_the_limit_is_refused_unread(config):
    path = drop(config, "acd/day.csv")
    os.truncate(path, (1 << 20) + 1)
    status, reason = claims(config)["acd/day.csv"]
    assert (status, reason) == ("refused", "has 1048577 bytes, more than limits.file_mb = 1 allows")


def test_a_file_changed_after_the_claim_is_not_removed(config):
    path = drop(config, "acd/day.csv", b"old")
    (found,) = inbox.claim(config)
    path.write_bytes(b"newer")
    assert not inbox.release(config, found)
    assert path.read_bytes() == b"newer"


def test_a_file_replaced_by_one_of_the_same_size_is_not_removed(config):
    path = drop(config, "acd/day.csv", b"old")
    (found,) = inbox.claim(config)
    drop(config, "acd/other", b"new").replace(path)
    os.utime(path, ns=(found.identity[3], found.identity[3]))
    assert not inbox.release(config, found)
    assert path.read_bytes() == b"new"


def test_a_release_does_not_follow_a_folder_that_became_a_link(config, tmp_path):
    drop(config, "acd/day.csv", b"old")
    (found,) = inbox.claim(config)
    (config.inbox / "acd").rename(tmp_path / "moved")
    (config.inbox / "acd").symlink_to(tmp_path / "moved")
    assert not inbox.release(config, found)
    assert (tmp_path / "moved" / "day.csv").exists()


def test_a_copy_that_is_already_there_is_kept_and_a_damaged_one_is_replaced(config):
    drop(config, "acd/day.csv", b"content")
    (first,) = inbox.claim(config)
    inode = first.landed.stat().st_ino
    (second,) = inbox.claim(config)
    assert second.landed.stat().st_ino == inode
    first.landed.write_bytes(b"cut")
    (third,) = inbox.claim(config)
    assert third.landed.read_bytes() == b"content"


def test_what_a_killed_night_left_half_copied_is_removed(config):
    drop(config, "acd/day.csv")
    landing.prepare(config)
    (config.landing / ".copy-abc").write_bytes(b"half")
    (found,) = inbox.claim(config)
    assert landed(config) == [found.file_id]


def test_the_same_content_for_two_sources_is_read_one_night_after_the_other(config):
    drop(config, "acd/day.csv", b"x")
    drop(config, "day.mbox", b"x")
    drop(config, "acd/again.csv", b"x")
    assert {name: status for name, (status, _) in claims(config).items()} == {
        "acd/again.csv": "claimed",
        "acd/day.csv": "claimed",
        "day.mbox": "waiting",
    }


def test_a_full_disk_stops_the_night_and_names_path_and_need(config, monkeypatch):
    drop(config, "acd/day.csv", b"12345678")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CallqaError) as problem:
        inbox.claim(config)
    text = str(problem.value)
    assert str(config.landing) in text
    assert "acd/day.csv" in text
    assert "at least 8 bytes" in text
    assert landed(config) == []


def test_a_missing_inbox_is_an_error_with_its_path(config):
    config.inbox.rmdir()
    with pytest.raises(CallqaError, match="cannot read the inbox"):
        inbox.claim(config)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused_and_the_others_go_on(config):
    drop(config, "acd/a.csv").chmod(0)
    drop(config, "acd/b.csv")
    assert [status for status, _ in claims(config).values()] == ["refused", "claimed"]


def test_an_entry_somebody_else_may_have_written_is_refused(config):
    path = drop(config, "entries/dispute-1.jsonl", b"{}\n")
    path.chmod(0o600)
    assert claims(config)["entries/dispute-1.jsonl"] == ("claimed", None)
    path.chmod(0o622)
    status, reason = claims(config)["entries/dispute-1.jsonl"]
    assert status == "refused"
    assert "another user" in reason
