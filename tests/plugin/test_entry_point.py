"""The plugin in another repository that installs this one: everything is there, and nothing is in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PLUGINS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
HEAVY = (
    "azure",
    "datasets",
    "fakes.emulator",
    "fakes.world",
    "mlflow",
    "numpy",
    "pandas",
    "pydantic",
    "requests",
    "rich",
)


@pytest.fixture
def stranger(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A repository without a word about the plugin, in an environment where this project is installed."""
    installed = pytester.mkdir("installed")
    information = installed / "the_harness-1.0.dist-info"
    information.mkdir()
    entries = "\n".join(f"{name} = {module}" for name, module in PLUGINS.items())
    (information / "entry_points.txt").write_text(f"[pytest11]\n{entries}\n")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: the-harness\nVersion: 1.0\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(installed), str(ROOT)]))
    return pytester


def test_options_and_fixtures_are_there(stranger: pytest.Pytester) -> None:
    """A scenario of another repository runs without a line in its conftest."""
    stranger.makepyfile("def test_mine(backend): ...")
    result = stranger.runpytest_subprocess("--backend", "emulator", "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_mine[[]emulator[]]*"])


def test_fixtures_of_the_double_are_there(stranger: pytest.Pytester) -> None:
    """A test of another repository gets a client of an Azure in memory by asking for it."""
    stranger.makepyfile("""
        def test_mine(fake_ml_client, fake_azure):
            assert fake_ml_client.workspace_name == fake_azure.workspace_name
    """)

    stranger.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_conftest_that_loads_it_too_loads_it_once(stranger: pytest.Pytester) -> None:
    """The line that a checkout needs does no harm where the project is installed."""
    stranger.makeconftest("""
        pytest_plugins = ("harness.plugin", "fakes.ml_client.fixtures")

        def pytest_report_header(config):
            names = [name for name, plugin in config.pluginmanager.list_name_plugin() if plugin]
            return f"loaded {[names.count(name) for name in pytest_plugins]} time(s)"
    """)
    result = stranger.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["loaded [[]1, 1] time(s)"])


def test_loading_imports_nothing_heavy(stranger: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that uses no backend never imports the SDK, the local Azure ML or another library that takes long."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # other plugins have libraries of their own
    stranger.makeconftest(f"""
        import sys

        def pytest_unconfigure():
            print("heavy:", [name for name in {HEAVY!r} if name in sys.modules])
    """)
    stranger.makepyfile("def test_mine(): ...")
    options = [word for module in PLUGINS.values() for word in ("-p", module)]
    result = stranger.runpytest_subprocess("-s", *options)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*heavy: []*"])


def test_a_suite_of_its_own_runs_as_ever(stranger: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixtures and markers of another suite that bear the plugin's names stay that suite's."""
    monkeypatch.delenv("AZURE_CLIENT_SECRET", raising=False)
    stranger.makepyfile("""
        import pytest

        @pytest.fixture(params=["sqlite", "postgres"])
        def backend(request):
            return request.param

        @pytest.mark.slow
        def test_mine(backend):
            assert backend in ("sqlite", "postgres")

        @pytest.mark.live
        @pytest.mark.browser
        def test_theirs(): ...

        @pytest.mark.slow
        @pytest.mark.parametrize("backend", ["live"])
        def test_with_values_of_its_own(backend):
            assert backend == "live"
    """)
    stranger.runpytest_subprocess("-v").assert_outcomes(passed=4)
    stranger.runpytest_subprocess("-m", "live").assert_outcomes(passed=1, deselected=3)


def test_nothing_is_guarded_that_has_no_backend(stranger: pytest.Pytester) -> None:
    """Tests without a backend run without the audit hook."""
    stranger.makepyfile("""
        from harness.plugin.network import network_guard

        def test_mine():
            assert network_guard.cache_info().currsize == 0
    """)

    stranger.runpytest_subprocess().assert_outcomes(passed=1)
