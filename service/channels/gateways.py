"""Short messages, voice calls and webhooks over HTTP, each request with the letter's key; follows no redirect.

A gateway gets `{"id", "channel", "to", "text", "incident", "rung"}` with `Idempotency-Key` equal to `id`, and answers
2xx when it has taken the letter, also one it has taken before. docs/protocol.md tells the same to their makers.
"""

import hashlib
import hmac
import socket

import httpx
import orjson

from models.types import ChannelKind
from service.channels.channel import SENT, Letter, Verdict, failed, unknown
from service.channels.outside import LeadsInside, Target, outside

TIMEOUT_S = 5.0
"""Shorter than a lease: a letter is never with two processes at once."""


class HttpChannel:
    """One gateway. Short messages and calls carry the secret as bearer, webhooks are signed with it."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        kind: ChannelKind,
        url: str,
        secret: str | None,
        keeps_keys: bool = True,
        *,
        outside_only: bool = False,
    ) -> None:
        self._client, self._kind, self._url, self._secret = client, kind, url, secret
        self.keeps_keys, self._outside_only = keeps_keys, outside_only

    async def send(self, letter: Letter) -> Verdict:
        """Post one letter."""
        if self._kind is not ChannelKind.WEBHOOK and letter.to is None:
            return failed("no number is known")
        body = orjson.dumps(
            {
                "id": letter.key,
                "channel": self._kind.value,
                "to": letter.to,
                "text": letter.text,
                "incident": letter.incident_id,
                "rung": letter.rung,
            }
        )
        try:
            target = await outside(self._url) if self._outside_only else Target(httpx.URL(self._url), {}, {})
            headers = self._headers(letter.key, body) | target.headers
            answer = await self._client.post(target.url, content=body, headers=headers, extensions=target.extensions)
        except LeadsInside:
            return failed("its address leads into a private network")
        except socket.gaierror as error:
            return failed(f"no such name: {error.strerror}", again=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return failed(f"no connection: {type(error).__name__}", again=True)
        except (httpx.HTTPError, OSError) as error:
            return self._uncertain(f"no answer: {type(error).__name__}")
        return self._read(answer)

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        headers = {"content-type": "application/json", "idempotency-key": key}
        if self._secret is None:
            return headers
        if self._kind is ChannelKind.WEBHOOK:
            return headers | {"x-signature": hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()}
        return headers | {"authorization": f"Bearer {self._secret}"}

    def _read(self, answer: httpx.Response) -> Verdict:
        if answer.is_success:
            return SENT
        if answer.status_code == 429 or answer.is_server_error:
            return self._uncertain(f"answered {answer.status_code}")
        return failed(f"refused with {answer.status_code}")

    def _uncertain(self, problem: str) -> Verdict:
        return failed(problem, again=True) if self.keeps_keys else unknown(problem)
