"""Metric 8: the agent's CPU for each changed record beyond publishing it, against the CPU of one empty job of RQ; and
what is lost or doubled when processes are killed at random (BENCHMARK_KILLS of them, 200 unless told).

The adapter speaks to the stand-in over HTTP in this very thread, whose CPU is counted; the stand-in runs in others.
"""

import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.domain.record import CrmKind
from app.ground.valkey import answers, forget_socket, server_command, socket_path
from benchmarks.account import CHANGED, change, check_copy, event_of, open_account, until_nothing
from sync import publish

RECORDS, JOBS = CHANGED, 40
KILLS = int(os.environ.get("BENCHMARK_KILLS", "200"))


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    job = _empty_job()
    yield _figure(
        "empty_job", job * 1000, JOBS, "ms of CPU for one empty RQ job, forked with the app imported"
    )
    beyond, rebuild = _changed_records()
    yield _figure(
        "beyond_rebuild", beyond * 1000, RECORDS, "ms of CPU for one changed record, but for publishing"
    )
    yield _figure("rebuild", rebuild * 1000, RECORDS, "ms of CPU for publishing it")
    yield _figure(
        "overhead", (beyond + job / RECORDS) / job, RECORDS, "CPU for one record / CPU of one empty job"
    )
    yield from _kills()


def _empty_job() -> float:
    """Seconds of CPU, of the worker and its fork."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        path = socket_path(directory)
        server = subprocess.Popen(server_command(directory, path), stdout=subprocess.DEVNULL)
        try:
            while not answers(path):
                time.sleep(0.02)
            redis = Redis(unix_socket_path=str(path))
            queue = Queue("crm", connection=redis, serializer=JSONSerializer)
            for _ in range(JOBS):
                queue.enqueue("time.monotonic", result_ttl=0)
            worker = Worker([queue], connection=redis, serializer=JSONSerializer)
            before = _cpu()
            worker.work(burst=True, logging_level="ERROR")
            return (_cpu() - before) / JOBS
        finally:
            server.kill()
            server.wait()
            forget_socket(directory)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _changed_records() -> tuple[float, float]:
    """Seconds of CPU for one record: from its stored event, read again, to our copy and the mark; and for
    publishing it."""
    with open_account(CrmKind.HUBSPOT) as account:
        agent = account.house.agent()
        until_nothing(lambda: publish.publish_marked(agent))
        change(account, "changed", companies=False, number=True)
        account.hear([event_of(account, "deals", "amount", crm_id) for crm_id in account.deals])
        began = time.thread_time()
        account.read()
        read = time.thread_time()
        until_nothing(lambda: publish.publish_marked(agent))
        published = time.thread_time()
        check_copy(account, "changed")
        return (read - began) / RECORDS, (published - read) / RECORDS


def _kills() -> Iterator[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--runs", str(KILLS)],
        capture_output=True,
        text=True,
        check=True,
    )
    ends = [
        told
        for line in done.stdout.splitlines()
        if line.startswith("{") and "lost" in (told := json.loads(line))
    ]
    if not ends:
        raise RuntimeError("the fault suite did not tell how it ended")
    for told in ends:
        for metric in ("lost", "doubled", "out_of_order"):
            yield _figure(
                metric, told[metric], KILLS, f"write-backs on {told['database']}, seed {told['seed']}"
            )


def _figure(metric: str, value: float, n: int, unit: str) -> dict[str, Any]:
    return {"benchmark": "agent", "metric": metric, "value": round(value, 4), "unit": unit, "n": n}
