"""Settings, from the environment (`NRM_*`), and where the country's folders are."""

import tomllib
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """Every setting of an installation."""

    model_config = SettingsConfigDict(env_prefix="NRM_", extra="ignore")

    database_url: str = "sqlite:///var/nrm.db"
    key_file: Path = Path("var/nrm.key")
    country: str = "kg"
    workflows: Path | None = None  # a country's own folder of diagrams; default: the one that is shipped
    forms: Path | None = None
    demo: bool = False  # demo data and a clock that can be moved
    host: str = "127.0.0.1"
    port: int = 8000
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_from: str = "nrm@localhost"
    public_url: str = "http://127.0.0.1:8000"
    idle_minutes: int = 15
    session_hours: int = 8
    worker_seconds: float = 2.0
    webhooks_private: bool = True  # training installations may notify servers on this machine

    @cached_property
    def time_zone(self) -> str:
        """Where the clocks of the country are, for what belongs to no case."""
        country = tomllib.loads((self.folder("workflows") / "country.toml").read_text())
        return str(country["time_zone"])

    def folder(self, kind: str) -> Path:
        """The folder of diagrams (`workflows`) or forms (`forms`) of this country."""
        own: Path | None = getattr(self, kind)
        if own is not None:
            return own
        bundled = PACKAGE / "bundled" / kind / self.country
        return bundled if bundled.exists() else PACKAGE.parent / kind / self.country


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
