"""`callqa init`: a workspace to fill in."""

import dataclasses

import pytest

from flows import workspace
from flows.demo.site import PRIVACY, sources
from flows.readers import source_settings
from schemas.config import Config, Privacy, Site, Source, load_config
from schemas.errors import UsageError


def test_a_new_workspace_has_everything_and_is_read_without_complaint(tmp_path):
    made = workspace.init_workspace(tmp_path / "ws", name="Mitte", timezone="Europe/Vienna")
    config = load_config(tmp_path / "ws")
    assert config.site == Site("Mitte", "Europe/Vienna")
    assert config.privacy == Privacy()
    assert {"inbox", "mappings", "policies", "callqa.toml", "calls.yaml"} <= {path.name for path in made}
    assert all(path.exists() for path in made)


def test_the_starter_policies_are_copied_with_their_examples(tmp_path, monkeypatch):
    ours = tmp_path / "starter"
    ours.mkdir()
    for name in ("voice_de.yaml", "voice_de.examples.yaml"):
        (ours / name).write_text("policy: x")
    monkeypatch.setattr(workspace, "STARTER_POLICIES", ours)
    workspace.init_workspace(tmp_path / "ws")
    copied = sorted(path.name for path in (tmp_path / "ws" / "policies").iterdir())
    assert copied == ["voice_de.examples.yaml", "voice_de.yaml"]


def test_there_are_starter_policies():
    assert workspace.starter_policies()


def test_a_folder_with_anything_in_it_is_refused(tmp_path):
    (tmp_path / "callqa.toml").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        workspace.init_workspace(tmp_path)
    assert (tmp_path / "callqa.toml").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "ws").write_text("a file")
    with pytest.raises(UsageError, match="cannot make the folder"):
        workspace.init_workspace(tmp_path / "ws")


def test_an_unknown_time_zone_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(UsageError, match="Europe/Berln"):
        workspace.init_workspace(tmp_path / "ws", timezone="Europe/Berln")
    assert not (tmp_path / "ws").exists()


def test_an_empty_folder_is_filled(tmp_path):
    workspace.init_workspace(tmp_path)
    assert (tmp_path / "callqa.toml").exists()


def test_every_key_is_written_with_a_comment_above_it():
    text = workspace.config_text(Site("x", "UTC"), (workspace.SAMPLE_SOURCE,), Privacy())
    lines = text.splitlines()
    for block in dataclasses.fields(Config):
        kind = {"site": Site, "sources": Source, "privacy": Privacy}.get(block.name)
        kind = kind or (type(block.default) if dataclasses.is_dataclass(block.default) else None)
        for key in dataclasses.fields(kind) if kind else ():
            at = next(
                n
                for n, line in enumerate(lines)
                if line.lstrip("# []").startswith(f"{key.name} =") or line == f"# [{block.name}.{key.name}]"
            )
            assert lines[at - 1].startswith("# "), key.name


def test_comments_speak_of_keys_that_exist():
    kinds = {"site": Site, "sources": Source, "privacy": Privacy}
    kinds |= {f.name: type(f.default) for f in dataclasses.fields(Config) if dataclasses.is_dataclass(f.default)}
    known = set(kinds) | {f"{name}.{f.name}" for name, kind in kinds.items() for f in dataclasses.fields(kind)}
    assert set(workspace.COMMENTS) == known


@pytest.mark.parametrize("name", ['quote " and \\ backslash', "Zoë's Büro", "tab\tand\nline"])
def test_any_name_survives_the_file(tmp_path, name):
    workspace.init_workspace(tmp_path / "ws", name=name)
    assert load_config(tmp_path / "ws").site.name == name


def test_the_demo_configuration_is_read_as_it_was_meant(demo):
    config = load_config(demo)
    assert config.privacy == PRIVACY
    assert {source.name: source.system for source in config.sources} == {
        "agents": "agents",
        "calls": "acd",
        "legs": "acd",
        "transcripts": "acd",
        "states": "acd",
        "rota": "rota",
        "survey_calls": "acd",
        "survey_mails": "mail",
        "mail": "mail",
    }
    mail = config.sources[-1].settings
    assert mail["agents"]["a03@demo.example.org"] == "a03"
    assert mail["ticket_pattern"] == r"\[#(D-[0-9]+)\]"
    assert sources([])[0] == config.sources[0]


def test_the_readers_accept_every_mapping_and_setting(tmp_path, demo):
    workspace.init_workspace(tmp_path / "ws")
    for config in (load_config(tmp_path / "ws"), load_config(demo)):
        assert all(source_settings(config, source) for source in config.sources)
