"""All areas together, read once by an app and handed down in pieces."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tillstream.core.errors import SettingsError
from tillstream.core.settings.areas import (
    Engines,
    FeatureSettings,
    FlinkSettings,
    KafkaSettings,
    LakeSettings,
    LogSettings,
    MetricsSettings,
    ModelSettings,
    ServingSettings,
    SparkSettings,
    StackSettings,
    StoreSettings,
    StreamingSettings,
)
from tillstream.core.settings.moved import MovedSource, require_moved_log


class Settings(BaseSettings):
    """Every setting, from the first place that names it.

    Argument, `TILLSTREAM_…` variable, secret file, `config/<environment>.toml`, what a move left in the home, default.
    """

    model_config = SettingsConfigDict(
        env_prefix="TILLSTREAM_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        nested_model_default_partial_update=True,
    )

    environment: Literal["development", "staging", "production"] = "development"
    """Names the file under `config/` and decides whether development defaults are allowed."""
    home: Path = Path("var")
    """Where the log, the lake, models, logs and pids lie."""
    engines: Engines = Field(default_factory=Engines)
    log: LogSettings = Field(default_factory=LogSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    spark: SparkSettings = Field(default_factory=SparkSettings)
    streaming: StreamingSettings = Field(default_factory=StreamingSettings)
    flink: FlinkSettings = Field(default_factory=FlinkSettings)
    lake: LakeSettings = Field(default_factory=LakeSettings)
    features: FeatureSettings = Field(default_factory=FeatureSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    serving: ServingSettings = Field(default_factory=ServingSettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    stack: StackSettings = Field(default_factory=StackSettings)

    @property
    def log_path(self) -> Path:
        """The event log's folder, if it lies on SQLite."""
        return self.home / self.log.folder

    @property
    def updates_path(self) -> Path:
        """The log of feature_updates.v1, which no move makes anew: the store goes on from its place in it."""
        return self.home / "log"

    @property
    def kafka_path(self) -> Path:
        """The broker that we start: its configuration and its data."""
        return self.home / "kafka"

    @property
    def spark_path(self) -> Path:
        """Checkpoints of the Spark job, and what Spark spills."""
        return self.home / "spark"

    @property
    def flink_path(self) -> Path:
        """The cluster that we start: configuration, checkpoints, savepoints."""
        return self.home / "flink"

    @property
    def streaming_path(self) -> Path:
        """State of the embedded streaming jobs that read Kafka."""
        return self.home / "streaming"

    @property
    def lake_path(self) -> Path:
        """The lake's folder: `bronze/`, `silver/`, `gold/`."""
        return self.home / "lake"

    @property
    def models_path(self) -> Path:
        """Exports, the pointers to the serving ones, and the fallback snapshot."""
        return self.home / "models"

    @property
    def spool_path(self) -> Path:
        """Where API processes keep what the log does not have yet."""
        return self.home / "spool"

    @property
    def tracking_path(self) -> Path:
        """MLflow's database and artefacts."""
        return self.home / "mlflow"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order above; the TOML file is the one of the environment in force."""
        environment = os.environ.get("TILLSTREAM_ENVIRONMENT", "development")
        folder = Path(os.environ.get("TILLSTREAM_CONFIG", "config"))
        secrets = os.environ.get("TILLSTREAM_SECRETS")
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if secrets:
            sources.append(SecretsSettingsSource(settings_cls, secrets_dir=secrets))
        sources.append(TomlConfigSettingsSource(settings_cls, toml_file=folder / f"{environment}.toml"))
        sources.append(MovedSource(settings_cls, default_home=cls.model_fields["home"].default))
        return tuple(sources)


def load_settings(**overrides: Any) -> Settings:
    """The settings in force; raises SettingsError that names each wrong key, its place and what was expected.

    Values are left out of the message: they may be secrets. Engines that are no argument must read the log that the
    home was moved to.
    """
    try:
        settings = Settings(**overrides)
        if "engines" not in overrides:
            require_moved_log(settings.home, settings.engines)
        return settings
    except ValidationError as error:
        found = [f"`{'.'.join(map(str, e['loc']))}`: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsError(f"settings: {'; '.join(found)}; see config/ and TILLSTREAM_… variables") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"settings: a file under config/ is not TOML: {error}") from error
