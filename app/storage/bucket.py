"""A shelf in a bucket of S3-compatible storage, for sites that run on several machines."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from app.kernel.errors import ConfigError
from app.storage.shelf import FileLostError, Kept, ShelfUnreachableError, checked

T = TypeVar("T")

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_WAIT = urllib3.Timeout(connect=5, read=30)
_TRIES = urllib3.Retry(total=2, backoff_factor=0.1, status_forcelist=(500, 502, 503, 504), raise_on_status=False)
_ONE_PART = 64 * 2**20
"""Bytes that are sent in one request, which is all or nothing; no stored file is larger."""


@dataclass(frozen=True)
class BucketAddress:
    """Where a bucket is, and whether it is reached over TLS."""

    endpoint: str
    bucket: str
    secure: bool


def read_bucket_address(text: str) -> BucketAddress:
    """Read `s3://HOST[:PORT]/BUCKET`, or `s3+http://...` for one without TLS. Raises ConfigError.

    Keys stand in settings of their own: in an address they would have to be escaped, and end up in logs.
    """
    # The sentence does not repeat the address: a key may have been written into it.
    refusal = ConfigError(
        "FILES_STORAGE takes s3://HOST[:PORT]/BUCKET (s3+http:// inside a private network); "
        "the keys go into FILES_ACCESS_KEY and FILES_SECRET_KEY."
    )
    try:
        parts = urlsplit(text)
        bare = parts.port != 0 and parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        raise refusal from None
    bucket = parts.path.strip("/")
    if not bare or parts.scheme not in {"s3", "s3+http"} or not parts.hostname or not _BUCKET.fullmatch(bucket):
        raise refusal
    return BucketAddress(parts.netloc, bucket, parts.scheme == "s3")


class Bucket:
    """Keeps files as objects that are named by their ids."""

    def __init__(self, address: BucketAddress, *, region: str, access_key: str, secret_key: str) -> None:
        self._bucket = address.bucket
        self._client = Minio(
            address.endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=address.secure,
            region=region,
            http_client=urllib3.PoolManager(timeout=_WAIT, retries=_TRIES),
        )

    def put(self, id_: str, sealed: bytes) -> None:
        """Send the object in one request, which the storage answers when it keeps it."""
        name = checked(id_)
        _answered(
            lambda: self._client.put_object(
                self._bucket, name, io.BytesIO(sealed), len(sealed), part_size=max(_ONE_PART, len(sealed))
            )
        )

    def take(self, id_: str) -> bytes:
        """Fetch the object."""
        name = checked(id_)

        def fetch() -> bytes:
            response = self._client.get_object(self._bucket, name)
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()

        return _answered(fetch)

    def remove(self, id_: str) -> None:
        """Delete the object; storage that keeps versions must be told to expire them."""
        name = checked(id_)
        _answered(lambda: self._client.remove_object(self._bucket, name))

    def kept(self) -> Iterator[Kept]:
        """List the bucket. Objects with other names are not ours and are passed over."""
        for found in _answered(lambda: list(self._client.list_objects(self._bucket))):
            try:
                id_ = checked(found.object_name or "")
            except ValueError:
                continue
            if found.last_modified is not None:
                yield Kept(id_, found.last_modified)


def _answered(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise FileLostError(error.object_name) from None
        raise ShelfUnreachableError(f"the storage of files answers {error.code}") from None
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError, SyntaxError) as error:
        # The last two come from answers that are no XML, as a proxy in between sends them.
        raise ShelfUnreachableError(f"the storage of files does not answer: {type(error).__name__}") from None
