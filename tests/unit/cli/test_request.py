"""Which spec runs: defaults, file, options, settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli.request import RunRequest, find_samples, spec_for
from harness.errors import SpecError, UsageError
from harness.spec import LifecycleSpec


def test_no_options_run_the_notebook_on_the_samples(tmp_path: Path) -> None:
    """Without options the published notebook's values hold, on all of the sample conversations."""
    spec = spec_for(RunRequest(), tmp_path)

    assert spec == LifecycleSpec().with_overrides({"data.source": str(tmp_path), "data.percent": "100"})


def test_data_of_the_hub_keep_the_notebooks_percentage(tmp_path: Path) -> None:
    """A hub id is taken by 5 %, as in the notebook, unless told otherwise."""
    spec = spec_for(RunRequest(data="HuggingFaceH4/ultrachat_200k"), tmp_path)

    assert (spec.data.source, spec.data.percent) == ("HuggingFaceH4/ultrachat_200k", 5)


def test_own_local_data_are_taken_whole(tmp_path: Path) -> None:
    """A local file is taken whole, unless a percentage is given."""
    (tmp_path / "mine.jsonl").touch()
    data = str(tmp_path / "mine.jsonl")

    assert spec_for(RunRequest(data=data), None).data.percent == 100
    assert spec_for(RunRequest(data=data, percent=7), None).data.percent == 7
    assert spec_for(RunRequest(settings=(f"data.source={data}",)), None).data.percent == 100


def test_spec_file_says_what_the_options_do_not(tmp_path: Path) -> None:
    """With a spec file the samples are not put in its data's place, and options win over the file."""
    (tmp_path / "mine.toml").write_text("[data]\nsource = 'owner/data'\npercent = 9\n[model]\nname = 'gpt2'\n")
    spec = spec_for(RunRequest(spec=tmp_path / "mine.toml", percent=3), tmp_path)

    assert (spec.data.source, spec.data.percent, spec.model.name) == ("owner/data", 3, "gpt2")


def test_switches_reach_their_keys(tmp_path: Path) -> None:
    """`--strict` and `--keep-endpoint` are keys of the spec."""
    spec = spec_for(RunRequest(strict=True, keep_endpoint=True), tmp_path)

    assert (spec.finetune.strict, spec.keep_endpoint) == (True, True)


def test_set_wins_over_everything(tmp_path: Path) -> None:
    """A setting wins over the option for the same key."""
    assert spec_for(RunRequest(percent=3, settings=("data.percent=4",)), tmp_path).data.percent == 4


@pytest.mark.parametrize("setting", ["compute.size", "=x", " = x"])
def test_setting_without_key_or_value_is_refused(setting: str, tmp_path: Path) -> None:
    """A setting that is no key=value is shown with an example of one."""
    with pytest.raises(SpecError, match=r"--set: .* expected key=value"):
        spec_for(RunRequest(settings=(setting,)), tmp_path)


def test_missing_samples_say_what_to_do() -> None:
    """Installed without the samples, the command says what `--data` takes."""
    with pytest.raises(UsageError, match="or a hub id such as"):
        spec_for(RunRequest(), None)


def test_samples_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout's samples are found from elsewhere, and a folder's own samples first."""
    monkeypatch.chdir(tmp_path)
    from_checkout = find_samples()
    (tmp_path / "samples" / "ultrachat_200k").mkdir(parents=True)

    assert from_checkout is not None
    assert from_checkout.is_absolute()
    assert find_samples() == Path("samples", "ultrachat_200k")
