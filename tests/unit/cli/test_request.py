"""Which spec runs: defaults, file, options, settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli.request import RunRequest, find_samples, spec_for
from harness.errors import SpecError, UsageError
from harness.spec import LifecycleSpec


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A folder of sample data for two tasks."""
    for name in ("ultrachat_200k", "summarization"):
        (tmp_path / "samples" / name).mkdir(parents=True)
    return tmp_path / "samples"


def spec_file(folder: Path, text: str) -> Path:
    """Write a spec."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def data_of(request: RunRequest, samples: Path | None = None) -> tuple[str, int]:
    """Source and percentage of the spec that runs."""
    data = spec_for(request, samples).data
    return data.source, data.percent


def test_no_options_run_the_notebook_on_the_samples(samples: Path) -> None:
    """Without options the published notebook's values hold, on all of the sample conversations."""
    source = str(samples / "ultrachat_200k")

    assert spec_for(RunRequest(), samples) == LifecycleSpec().with_overrides(
        {"data.source": source, "data.percent": "100"}
    )


@pytest.mark.parametrize("text", ["", "[compute]\nmax_instances = 1", "[data]\nlabel = 'mine'"])
def test_spec_without_data_runs_on_the_samples(samples: Path, tmp_path: Path, text: str) -> None:
    """A spec that says nothing of the data has the same ones as a run without a spec."""
    request = RunRequest(spec=spec_file(tmp_path, text))

    assert data_of(request, samples) == (str(samples / "ultrachat_200k"), 100)


def test_spec_of_another_task_runs_on_the_samples_of_that_task(samples: Path, tmp_path: Path) -> None:
    """Conversations are no data for a summarization."""
    text = "[finetune]\ntask = 'summarization'\ncomponent = 'summarization_pipeline'"

    assert data_of(RunRequest(spec=spec_file(tmp_path, text)), samples) == (str(samples / "summarization"), 100)


def test_data_of_the_hub_keep_the_notebooks_percentage() -> None:
    """A hub id is taken by 5 %, as in the notebook, unless told otherwise."""
    assert data_of(RunRequest(data="HuggingFaceH4/ultrachat_200k")) == ("HuggingFaceH4/ultrachat_200k", 5)


@pytest.mark.parametrize("text", [None, "", "[data]\nsource = 'owner/data'"])
@pytest.mark.parametrize("how", ["option", "setting", "table"])
def test_own_local_data_are_taken_whole(tmp_path: Path, text: str | None, how: str) -> None:
    """A local file is taken whole, however it is named, with a spec or without."""
    (tmp_path / "mine.jsonl").touch()
    own = str(tmp_path / "mine.jsonl")
    spec = None if text is None else spec_file(tmp_path, text)
    settings = {"setting": (f"data.source={own}",), "table": (f"data={{source='{own}'}}",)}.get(how, ())
    request = RunRequest(spec=spec, data=own if how == "option" else None, settings=settings)

    assert data_of(request) == (own, 100)


@pytest.mark.parametrize("where", ["file", "option", "setting", "table"])
def test_percentage_that_is_given_holds(samples: Path, tmp_path: Path, where: str) -> None:
    """Local data are taken by the percentage that file, option or setting gives, even the notebook's own."""
    text = "[data]\npercent = 5" if where == "file" else ""
    settings = {"setting": ("data.percent=5",), "table": ("data={percent=5}",)}.get(where, ())
    request = RunRequest(spec_file(tmp_path, text), percent=5 if where == "option" else None, settings=settings)

    assert data_of(request, samples) == (str(samples / "ultrachat_200k"), 5)


def test_options_win_over_the_file(tmp_path: Path) -> None:
    """What a spec file says holds, but for what the options say."""
    text = "[data]\nsource = 'owner/data'\npercent = 9\n[model]\nname = 'gpt2'\n"
    spec = spec_for(RunRequest(spec_file(tmp_path, text), percent=3), None)

    assert (spec.data.source, spec.data.percent, spec.model.name) == ("owner/data", 3, "gpt2")


@pytest.mark.parametrize("data", ["", "  "])
def test_data_without_a_name_are_refused(samples: Path, data: str) -> None:
    """An empty `--data` comes of a variable that is not set, and is not the samples."""
    with pytest.raises(UsageError, match=r"--data: the data have no name; got '.*Name the data, or leave"):
        spec_for(RunRequest(data=data), samples)


def test_switches_reach_their_keys(samples: Path) -> None:
    """`--strict` and `--keep-endpoint` are keys of the spec."""
    spec = spec_for(RunRequest(strict=True, keep_endpoint=True), samples)

    assert (spec.finetune.strict, spec.keep_endpoint) == (True, True)


def test_set_wins_over_everything(samples: Path) -> None:
    """A setting wins over the option for the same key."""
    assert spec_for(RunRequest(percent=3, settings=("data.percent=4",)), samples).data.percent == 4


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
    assert find_samples() == Path("samples")
