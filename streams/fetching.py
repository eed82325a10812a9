"""How a writer asks the broker for more: patiently while nothing comes, for a while at a time then.

A fetch costs the broker, and us, about a millisecond of processor, whatever comes back. So while
there is little to do, few are sent, each waiting in the broker for whatever comes first; and while
there is much, each waits for what comes in a short time, so that it brings a batch and not a
message. What comes alone waits for nobody.
"""

from collections.abc import Callable
from typing import Any

from aiokafka.consumer.fetcher import Fetcher
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

IDLE_WAIT_MS = 150
"""How long the broker keeps a fetch that it has nothing for. What else is asked on the connection
waits for it, as when partitions change hands; Faust's own is 1.5 s."""

PARTIAL_WAIT_MS = 30
"""The same of a fetch that leaves partitions out, because they were paused or had something waiting
here when it left: what comes to them meanwhile waits for its return."""

BYTES_GATHERED = 1024 * 1024
"""What a fetch that gathers comes back with at once."""

GATHER_MS_MIN = 10
"""Who would gather for less is given whatever comes, at once."""


class PatientFetcher(Fetcher):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's fetcher, that has two settings and changes between them."""

    gather_ms: int = 0
    _came: bool = False
    """Whether the last fetch brought anything."""

    def _get_actions_per_node(self, assignment: Any) -> Any:
        self._fetch_min_bytes, self._fetch_max_wait_ms = how_to_wait(
            came=self._came,
            gather_ms=self.gather_ms,
            whole=not self._records
            and not any(assignment.state_value(tp).paused for tp in assignment.tps),
        )
        return super()._get_actions_per_node(assignment)

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        self._came = bool(await super()._proc_fetch_request(assignment, node_id, request))
        return self._came


def how_to_wait(*, came: bool, gather_ms: int, whole: bool) -> tuple[int, int]:
    """How many bytes the next fetch waits for in the broker, and for how many milliseconds.

    `came`: the last one brought something. `whole`: this one is for all our partitions.
    """
    if came and gather_ms >= GATHER_MS_MIN:
        # Gathered in the broker, records are here as soon as they were waited for. Those that are
        # fetched first and then kept waiting wait twice: the next fetch does not leave before they
        # are handed over.
        return BYTES_GATHERED, gather_ms
    return 1, IDLE_WAIT_MS if whole else PARTIAL_WAIT_MS


def patient(gather_ms: int) -> Callable[..., AIOKafkaConsumerThread]:
    """Makes Faust's consumer, whose fetches wait like this."""

    class PatientConsumer(AIOKafkaConsumerThread):
        async def on_start(self) -> None:
            await super().on_start()
            # Neither Faust nor aiokafka has a setting for which fetcher is made.
            fetcher = self._ensure_consumer()._fetcher  # noqa: SLF001
            fetcher.__class__ = PatientFetcher
            fetcher.gather_ms = gather_ms

    return PatientConsumer
