"""Where this site's stored files lie, by its settings."""

from __future__ import annotations

from app.config import Settings
from app.kernel.errors import ConfigError
from app.storage.folder import Folder
from app.storage.shelf import Shelf


def open_shelf(settings: Settings) -> Shelf:
    """Return the bucket in FILES_STORAGE, or the folder of files in the instance folder. Raises ConfigError."""
    if not settings.files_storage:
        return Folder(settings.instance / "files")
    from app.storage.bucket import Bucket, read_bucket_address

    address = read_bucket_address(settings.files_storage)
    access_key, secret_key = settings.files_access_key, settings.files_secret_key
    if not access_key or not secret_key:
        raise ConfigError("FILES_STORAGE is a bucket; set FILES_ACCESS_KEY and FILES_SECRET_KEY, the keys to it.")
    return Bucket(address, region=settings.files_region, access_key=access_key, secret_key=secret_key)
