"""What an operator watches: what was counted, read from Redis, and what waits, read from the rows at scrape time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import ColumnElement

from app.ground.clock import Clock
from app.ground.log import get_logger
from app.ground.metrics import BUCKETS, COUNTERS, HISTOGRAMS, SUM, said, say
from app.reading.event_feed import State, state_of
from app.storage import event_feed as feeds
from app.storage import fault, tables
from app.storage.engine import Database
from app.storage.published_tables import partner_inbox

GAUGES = {
    "alongside_waiting_rows": ("Rows that wait to be worked on", ("queue",)),
    "alongside_oldest_seconds": ("Age of the oldest row that waits", ("queue",)),
    "alongside_refused_rows": ("Writes that the CRM refused and a person has to look at", ("kind",)),
    "alongside_faults": ("Rows that failed for a reason nobody foresaw", ("work",)),
    "alongside_disconnected_tenants": ("Accounts that no longer accept our access", ()),
    "alongside_event_feeds": (
        "Accounts that tell of changes by themselves, by how their stream is doing",
        ("state",),
    ),
    "alongside_event_lag_seconds": (
        "From a change's commit in the CRM to its mark here: the slowest last one",
        (),
    ),
    "alongside_up": ("1 while the database answers", ()),
}
_O, _D, _E, _A = tables.outbox.c, tables.dirty.c, tables.crm_event.c, partner_inbox.c
_QUEUES: dict[str, tuple[Table, ColumnElement[datetime], ColumnElement[bool]]] = {
    "write": (tables.outbox, _O.created_at, _O.state == "waiting"),
    "answers": (partner_inbox, _A.created_at, _A.state == "waiting"),
    "read": (tables.dirty, _D.since, _D.purpose.in_(("read", "fields"))),
    "publish": (tables.dirty, _D.since, _D.purpose == "publish"),
    "events": (tables.crm_event, _E.received_at, _E.applied_at.is_(None)),
}
log = get_logger(__name__)


class Measures(Collector):
    """Reads when it is scraped, so nothing is measured that nobody looks at."""

    def __init__(self, database: Database, redis: Redis | None, clock: Clock) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock

    def page(self) -> bytes:
        """Everything, as Prometheus reads it."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        say(self._redis)
        counted = said(self._redis)
        yield from _counters(counted)
        yield from _histograms(counted)
        gauges = {name: GaugeMetricFamily(name, text, labels=of) for name, (text, of) in GAUGES.items()}
        try:
            with self._database.read() as connection:
                _waiting(connection, gauges, self._clock())
                _trouble(connection, gauges)
                _streams(connection, gauges, self._clock())
            gauges["alongside_up"].add_metric([], 1)
        except SQLAlchemyError as error:
            log.warning("metrics.no_database", error=type(error).__name__)
            gauges["alongside_up"].add_metric([], 0)
        yield from gauges.values()


def _counters(counted: Mapping[tuple[str, ...], int]) -> Iterable[Metric]:
    counters = {name: CounterMetricFamily(name, text, labels=of) for name, (text, of) in COUNTERS.items()}
    for (name, *labels), number in counted.items():
        if name in counters and len(labels) == len(COUNTERS[name][1]):
            counters[name].add_metric(labels, number)
    return counters.values()


def _histograms(counted: Mapping[tuple[str, ...], int]) -> Iterable[Metric]:
    for name, (text, of) in HISTOGRAMS.items():
        family = HistogramMetricFamily(name, text, labels=of)
        for way in sorted({key[1] for key in counted if key[0] == name}):
            bounds = [*map(str, BUCKETS), "+Inf"]
            sums = accumulate(counted.get((name, way, bound), 0) for bound in bounds)
            total = counted.get((name, way, SUM), 0) / 1000
            family.add_metric([way], list(zip(bounds, map(float, sums), strict=True)), total)
        yield family


def _waiting(connection: Connection, gauges: dict[str, GaugeMetricFamily], now: datetime) -> None:
    for queue, (table, since, waits) in _QUEUES.items():
        rows, oldest = connection.execute(
            select(func.count(), func.min(since)).select_from(table).where(waits)
        ).one()
        gauges["alongside_waiting_rows"].add_metric([queue], rows)
        age = (now - oldest).total_seconds() if oldest else 0.0
        gauges["alongside_oldest_seconds"].add_metric([queue], max(age, 0.0))


def _streams(connection: Connection, gauges: dict[str, GaugeMetricFamily], now: datetime) -> None:
    heard = feeds.all_of(connection).values()
    states = Counter(state_of(feed, now) for feed in heard)
    for state in State:
        gauges["alongside_event_feeds"].add_metric([state], states[state])
    live = (feed.lag for feed in heard if feed.lives(now))
    gauges["alongside_event_lag_seconds"].add_metric([], max(live, default=0.0))


def _trouble(connection: Connection, gauges: dict[str, GaugeMetricFamily]) -> None:
    refused = select(_O.kind, func.count()).where(_O.state == "refused").group_by(_O.kind)
    for kind, number in connection.execute(refused):
        gauges["alongside_refused_rows"].add_metric([kind], number)
    faults = fault.counts(connection)
    for work in fault.Work:
        gauges["alongside_faults"].add_metric([work], faults.get(work, 0))
    lost = select(func.count()).select_from(tables.tenant).where(tables.tenant.c.connected.is_(False))
    gauges["alongside_disconnected_tenants"].add_metric([], connection.scalar(lost) or 0)
