"""A house whose Salesforce stand-in tells of its changes, with the real adapter, store and listener between them."""

import base64
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.sandbox.salesforce.event_bus import replay_id
from app.storage import event_feed as feeds
from app.storage import record as records
from app.storage import tables
from app.storage.rows import find_all
from sync import ingest, poll
from sync.listening import Stream, listen
from tests.sandbox.salesforce_events import TellingOrg, open_telling_org, wait_until
from tests.sync.connected import Connected, connect


@dataclass
class Told:
    """`org` is the stand-in, `made` the house beside it. Listeners run as threads, as in their own process."""

    org: TellingOrg
    made: Connected
    streams: list[tuple[Stream, threading.Thread]] = field(default_factory=list)

    def deal(self, name: str = "Initech rollout", **more: Any) -> RecordKey:
        """A deal that we hold a copy of."""
        key = RecordKey(ObjectKind.DEAL, self.org.world.make_deal(name, **more))
        self.fetch(key)
        return key

    def fetch(self, *keys: RecordKey) -> None:
        ingest.fetch(self.made.agent, self.made.tenant, list(keys))

    def edit(self, key: RecordKey, **fields: str) -> None:
        for name, value in fields.items():
            self.org.world.change_field(key.object, key.crm_id, name, value)

    def listen(self) -> Stream:
        """A listener that has subscribed, or been kept out."""
        before = self.org.org.bus.subscriptions
        stream = Stream(tenant=self.made.tenant)
        thread = threading.Thread(target=listen, args=(self.made.agent, stream), daemon=True)
        thread.start()
        self.streams.append((stream, thread))
        if self.feed().leased_until is None:
            wait_until(lambda: self.org.org.bus.subscriptions > before or self.feed().trouble)
        return stream

    def kill(self, stream: Stream) -> None:
        """What a kill -9 leaves: the lease stands, the stream is gone, and nothing was said."""
        stream.end()
        for known, thread in self.streams:
            if known is stream:
                thread.join(10)
                assert not thread.is_alive()

    def let_lease_run_out(self) -> None:
        with self.made.house.database.write() as connection:
            connection.execute(tables.event_feed.update().values(leased_until=None))

    def feed(self) -> feeds.Feed:
        with self.made.house.database.read() as connection:
            return feeds.get(connection, self.made.tenant.id)

    def marked(self, purpose: str = "read") -> list[str]:
        with self.made.house.database.read() as connection:
            rows = find_all(connection, tables.dirty, tables.dirty.c.purpose == purpose)
        return sorted(row["crm_id"] for row in rows)

    def held(self, key: RecordKey) -> dict[str, str | None] | None:
        with self.made.house.database.read() as connection:
            record = records.get(connection, self.made.tenant.id, key)
        return dict(record.fields) if record else None

    def applied(self) -> None:
        """Waits until everything that was told so far has been applied."""
        latest = base64.b64encode(replay_id(self.org.org.bus.latest())).decode()
        wait_until(lambda: self.feed().position == latest)

    def close(self) -> None:
        for stream, _ in self.streams:
            self.kill(stream)
        self.made.house.database.close()


@contextmanager
def open_told(tmp_path: Path, **changes: Any) -> Iterator[Told]:
    """A house and an org of their own."""
    with open_org(tmp_path, **changes) as org, open_house(tmp_path, org) as told:
        yield told


def open_org(folder: Path, **changes: Any) -> AbstractContextManager[TellingOrg]:
    """An org that gives a sign of life ten times a second, so that nobody waits for the first one."""
    return open_telling_org(folder, keep_alive=timedelta(seconds=0.1), **changes)


@contextmanager
def open_house(tmp_path: Path, org: TellingOrg) -> Iterator[Told]:
    """A house of its own beside an org that many tests share."""
    made = connect(tmp_path, org.world, CrmKind.SALESFORCE)
    made.house.config = replace(made.house.config, salesforce_pubsub_origin=org.origin)
    poll.first_load(made.agent, made.tenant)
    poll.poll(made.agent, made.tenant)
    told = Told(org=org, made=made)
    yield told
    told.close()
    org.mend()
