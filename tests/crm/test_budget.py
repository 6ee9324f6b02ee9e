"""What a tenant's CRM is asked stays clear of its limits, and people come first."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.crm.budget import (
    HUBSPOT_CALLS,
    HUBSPOT_SEARCHES,
    PATIENCE_OF_PEOPLE,
    USAGE_KEPT,
    Books,
    Budget,
    Budgets,
    MemoryBooks,
    RedisBooks,
    Window,
    background,
)
from app.crm.port import RateLimited
from app.ground.ids import new_id
from app.ground.valkey import answers, forget_socket, server_command, socket_path

SHORT = Window(name="short", calls=5, seconds=0.3, for_people=2)
LONG = Window(name="long", calls=5, seconds=600, for_people=2)
"""One that does not open again while a test runs, however slow the machine is."""


class Time:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    directory: Path = tmp_path_factory.mktemp("budget")
    path = socket_path(directory)
    server = subprocess.Popen(server_command(directory, path), stdout=subprocess.DEVNULL)
    while not answers(path):
        assert server.poll() is None
    yield Redis(unix_socket_path=str(path))
    server.kill()
    server.wait()
    forget_socket(directory)


@pytest.fixture(params=["memory", "redis"])
def books(request: pytest.FixtureRequest) -> Books:
    if request.param == "memory":
        return MemoryBooks()
    return RedisBooks(request.getfixturevalue("redis"), new_id)


def spend(budget: Budget, window: Window, times: int) -> int:
    """How many places were had without waiting."""
    had = 0
    for _ in range(times):
        try:
            with budget.place(window):
                had += 1
        except RateLimited:
            break
    return had


def impatient(books: Books) -> Budget:
    def never(_: float) -> None:
        raise RateLimited("would wait", 1)

    return Budget(books, new_id(), never)


def test_a_window_holds_as_many_calls_as_it_says(books: Books) -> None:
    assert spend(impatient(books), LONG, 20) == 5


def test_background_work_leaves_places_for_people(books: Books) -> None:
    budget = impatient(books)
    with background():
        assert spend(budget, LONG, 20) == 3
    assert spend(budget, LONG, 20) == 2


def test_one_tenant_spends_nothing_of_another_s(books: Books) -> None:
    def never(_: float) -> None:
        raise RateLimited("would wait", 1)

    tenants = Budgets(books, never)
    one, other = new_id(), new_id()
    assert spend(tenants.of(one), LONG, 20) == 5
    assert spend(tenants.of(other), LONG, 20) == 5


def test_no_stretch_of_time_holds_more_calls_than_allowed(books: Books) -> None:
    budget = Budget(books, new_id())
    ended: list[float] = []
    lock = threading.Lock()

    def work() -> None:
        import time

        for _ in range(4):
            with budget.place(SHORT), lock:
                ended.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ended.sort()
    assert len(ended) == 16
    assert all(later - first > SHORT.seconds * 0.9 for first, later in zip(ended, ended[5:], strict=False))


def test_a_place_is_waited_for_within_reason_and_then_refused() -> None:
    time = Time()
    budget = Budget(MemoryBooks(time), "t", time.sleep)
    for _ in range(HUBSPOT_CALLS.calls):
        with budget.place(HUBSPOT_CALLS):
            pass

    with pytest.raises(RateLimited) as refused, budget.place(HUBSPOT_CALLS):
        pass
    assert refused.value.retry_after > PATIENCE_OF_PEOPLE
    assert time.slept == 0

    with background(), budget.place(HUBSPOT_CALLS):
        pass  # has the patience
    assert HUBSPOT_CALLS.seconds - 0.1 <= time.slept <= HUBSPOT_CALLS.seconds + 0.1


def test_the_windows_lie_within_what_hubspot_allows() -> None:
    assert HUBSPOT_CALLS.calls / HUBSPOT_CALLS.seconds < 110 / 10
    assert HUBSPOT_SEARCHES.calls / HUBSPOT_SEARCHES.seconds < 5 / 1


def test_a_call_that_failed_gives_its_place_back_in_time() -> None:
    time = Time()
    budget = Budget(MemoryBooks(time), "t", time.sleep)
    for _ in range(12):
        with pytest.raises(ZeroDivisionError), budget.place(SHORT):
            raise ZeroDivisionError

    assert time.slept == pytest.approx(SHORT.seconds * 2, abs=0.05)


def test_work_stops_at_four_fifths_of_the_day_and_people_go_on(books: Books) -> None:
    budget = Budget(books, new_id())
    budget.note_usage(12_000, 15_000)

    budget.check_day()
    with background(), pytest.raises(RateLimited) as refused:
        budget.check_day()
    assert 0 < refused.value.retry_after <= USAGE_KEPT

    budget.note_usage(14_900, 15_000)
    with pytest.raises(RateLimited):
        budget.check_day()

    budget.note_usage(100, 15_000)
    with background():
        budget.check_day()


def test_a_pause_ends_by_itself_or_by_being_lifted(books: Books) -> None:
    budget = Budget(books, new_id())
    assert budget.paused() == 0
    budget.pause(60)
    assert 50 < budget.paused() <= 60
    budget.resume()
    assert budget.paused() == 0

    budget.pause(0.05)
    wait: Callable[[float], bool] = threading.Event().wait
    wait(0.1)
    assert budget.paused() == 0


def test_without_redis_each_process_keeps_books_of_its_own() -> None:
    away = Redis(unix_socket_path="/nowhere/valkey.sock", retry=Retry(NoBackoff(), 0))
    books = RedisBooks(away, new_id)

    assert spend(impatient(books), LONG, 20) == 5
    budget = Budget(books, "t")
    budget.pause(60)
    assert budget.paused() > 50
    budget.resume()
    assert budget.paused() == 0


def test_processes_share_one_budget(redis: Redis) -> None:
    tenant = new_id()

    def never(_: float) -> None:
        raise RateLimited("would wait", 1)

    several = [Budget(RedisBooks(redis, new_id), tenant, never) for _ in range(3)]
    assert sum(spend(one, LONG, 20) for one in several) == 5
