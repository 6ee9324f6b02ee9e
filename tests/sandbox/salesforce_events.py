"""An org that tells of its changes over a real loopback socket, and listeners that the real adapter drives."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.crm.events import Batch, CrmChange
from app.crm.port import CrmError
from app.crm.salesforce_events import SalesforceEvents
from app.sandbox.salesforce import Org
from app.sandbox.salesforce.pubsub import serving
from tests.contract.salesforce_world import SalesforceWorld
from tests.sandbox.salesforce_org import ORG_ID, serve_org


class Listening:
    """A thread that takes batches in until it is stopped; `refusal` is what ended it."""

    def __init__(self, source: SalesforceEvents, position: str, most: int) -> None:
        self.batches: list[Batch] = []
        self.refusal: CrmError | None = None
        self._source = source
        self._thread = threading.Thread(target=self._listen, args=(position, most), daemon=True)
        self._thread.start()

    @property
    def changes(self) -> list[CrmChange]:
        return [change for batch in self.batches for change in batch.changes]

    @property
    def position(self) -> str:
        return self.batches[-1].position

    def wait_for(self, count: int) -> list[CrmChange]:
        wait_until(lambda: len(self.changes) >= count)
        return self.changes

    def stop(self) -> None:
        self._source.close()
        self.end()

    def end(self) -> CrmError | None:
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()
        return self.refusal

    def _listen(self, position: str, most: int) -> None:
        try:
            for batch in self._source.listen(position):
                self.batches.append(batch)
                if len(self.changes) >= most:
                    return
        except CrmError as error:
            self.refusal = error


class TellingOrg:
    def __init__(self, world: SalesforceWorld, org: Org, port: int) -> None:
        self.world, self.org, self.port = world, org, port
        self.origin = f"http://127.0.0.1:{port}"
        self._listening: list[Listening] = []

    def source(self) -> SalesforceEvents:
        return SalesforceEvents(self.origin, self.world.crm.client, ORG_ID)

    def listen(self, position: str = "", most: int = 10**6) -> Listening:
        """A listener that the org knows of, if it takes it at all."""
        before = self.org.bus.subscriptions
        made = Listening(self.source(), position, most)
        self._listening.append(made)
        wait_until(lambda: self.org.bus.subscriptions > before or made.refusal is not None)
        return made

    def tell(self, **what: Any) -> None:
        self.world.control("POST", "events", what)

    def edit(self, name: str, record_id: str, **fields: Any) -> None:
        self.world.control("POST", f"rows/{name}/{record_id}", fields)

    def mend(self) -> None:
        """As it was before: nobody listens, and nothing is broken. For tests that share an org."""
        for one in self._listening:
            one.stop()
        self._listening.clear()
        self.org.bus.broken, self.org.bus.hidden, self.org.packaged = (), set(), True


@contextmanager
def open_telling_org(folder: Path, **changes: Any) -> Iterator[TellingOrg]:
    with serve_org(folder, **changes) as (origin, org), serving(org) as port:
        telling = TellingOrg(SalesforceWorld(origin), org, port)
        yield telling
        telling.mend()


def wait_until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.01)
