import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from app.demo.logfile import LogFile
from app.demo.supervisor import Child, Supervisor

PYTHON = sys.executable
SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


def child(name: str, code: str, **more) -> Child:
    return Child(name=name, argv=(PYTHON, "-S", "-c", code), env={"PATH": os.environ["PATH"]}, **more)


def wait_until(condition, seconds: float = 60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("this did not happen in time")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def written(directory: Path, name: str, text: str) -> bool:
    file = directory / f"{name}.log"
    return file.exists() and text in file.read_text()


def test_what_a_child_prints_stands_in_its_log(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("greeter", SLEEPER))

        wait_until(lambda: written(tmp_path, "greeter", "up"))

        assert "up" in supervisor.log_tail("greeter")


def test_a_child_gets_the_environment_it_was_given_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "canary")
    code = "import os; print(sorted(k for k in os.environ if k != 'LC_CTYPE'), flush=True); import time; time.sleep(600)"

    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("bare", code))
        wait_until(lambda: written(tmp_path, "bare", "]"))

        assert supervisor.log_tail("bare").strip() == "['PATH']"


@pytest.mark.fault
def test_a_killed_child_is_started_again(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("victim", SLEEPER))
        first = supervisor.pid("victim")

        os.kill(first, signal.SIGKILL)

        second = wait_until(lambda: (p := supervisor.pid("victim")) != first and p)
        assert alive(second)
        assert supervisor.restarts("victim") == 1


@pytest.mark.fault
def test_a_child_that_keeps_dying_is_named_and_restarted_ever_more_slowly(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("broken", "print('no such port'); raise SystemExit(3)"))

        assert wait_until(lambda: supervisor.failing(limit=3)) == "broken"

        restarts = supervisor.restarts("broken")
        time.sleep(0.5)
        assert supervisor.restarts("broken") <= restarts + 1
        assert "no such port" in supervisor.log_tail("broken")


def test_a_program_that_does_not_exist_is_refused_at_once(tmp_path):
    with Supervisor(tmp_path) as supervisor, pytest.raises(FileNotFoundError):
        supervisor.add(Child(name="ghost", argv=("/nonexistent/program",), env={}))


def test_children_end_in_reverse_order(tmp_path):
    order = tmp_path / "order"
    code = f"""
import signal, sys, time
def end(*_):
    with open({str(order)!r}, "a") as file: file.write(NAME)
    sys.exit()
signal.signal(signal.SIGTERM, end); print("up", flush=True); time.sleep(600)
"""
    with Supervisor(tmp_path) as supervisor:
        for name in "abc":
            supervisor.add(child(name, f"NAME={name!r}\n{code}"))
            wait_until(lambda name=name: written(tmp_path, name, "up"))

    assert order.read_text() == "cba"


@pytest.mark.fault
def test_a_child_that_ignores_term_is_killed_after_its_grace(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("stubborn", STUBBORN, grace=0.3))
        wait_until(lambda: written(tmp_path, "stubborn", "up"))
        pid = supervisor.pid("stubborn")
        began = time.monotonic()

    assert not alive(pid)
    assert time.monotonic() - began < 30  # its grace is .3 s, a supervisor that waits for it waits 600


@pytest.mark.fault
def test_what_a_dead_child_left_running_is_ended_before_its_restart(tmp_path):
    note = tmp_path / "grandchild"
    code = f"""
import subprocess, sys, time
p = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
open({str(note)!r}, "a").write(f"{{p.pid}}\\n"); print("up", flush=True); time.sleep(600)
"""
    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("parent", code))
        wait_until(lambda: written(tmp_path, "parent", "up"))
        grandchild = int(note.read_text().splitlines()[0])

        os.kill(supervisor.pid("parent"), signal.SIGKILL)

        wait_until(lambda: not alive(grandchild))


def test_leftover_sockets_are_removed(tmp_path):
    socket_file = tmp_path / "left.sock"
    with Supervisor(tmp_path) as supervisor:
        supervisor.add(child("messy", SLEEPER, leftovers=(socket_file,)))
        socket_file.touch()

    assert not socket_file.exists()


def test_stopping_twice_is_harmless(tmp_path):
    supervisor = Supervisor(tmp_path)
    supervisor.add(child("once", SLEEPER))

    supervisor.stop()
    supervisor.stop()


PROGRAM = """
import signal, sys, time
from pathlib import Path
from app.demo.supervisor import Child, Supervisor

def leave(*_):
    raise SystemExit(0)

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, leave)
here = Path(sys.argv[1])
codes = [{sleeper!r}, {stubborn!r}, {runaway!r}]
with Supervisor(here, adopt=True) as supervisor:
    for number, code in enumerate(codes):
        supervisor.add(Child(name=f"c{{number}}", argv=(sys.executable, "-S", "-c", code), env={{}}, grace=0.5))
    (here / "warden").write_text(str(supervisor._warden.pid))
    while True:
        time.sleep(1)
"""
# A grandchild in a session of its own, as a job runner's work-horse is.
RUNAWAY = """
import subprocess, sys, time
p = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"], start_new_session=True)
print("grandchild", p.pid, "up", flush=True); time.sleep(600)
"""


@pytest.fixture
def program(tmp_path):
    """A whole supervisor in a process of its own, with the ids of everything it started."""
    code = textwrap.dedent(PROGRAM).format(sleeper=SLEEPER, stubborn=STUBBORN, runaway=RUNAWAY)
    process = subprocess.Popen([PYTHON, "-c", code, str(tmp_path)])
    for name in ("c0", "c1", "c2"):
        wait_until(lambda name=name: written(tmp_path, name, "up"))
    children = [
        int(pid)
        for file in Path(f"/proc/{process.pid}/task").glob("*/children")
        for pid in file.read_text().split()
    ]
    yield process, children, int((tmp_path / "c2.log").read_text().split()[1])
    process.kill()
    process.wait()


@pytest.mark.fault
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_after_a_signal(program, number):
    process, children, grandchild = program

    process.send_signal(number)

    assert process.wait(timeout=20) == 0
    assert len(children) == 4
    assert not [pid for pid in [*children, grandchild] if alive(pid)]


@pytest.mark.fault
def test_nothing_of_its_groups_is_left_when_the_supervisor_is_killed(program):
    process, children, grandchild = program

    process.kill()
    process.wait()

    wait_until(lambda: not [pid for pid in children if alive(pid)], seconds=60)
    if alive(grandchild):  # it left its group: only a living supervisor can find it
        os.kill(grandchild, signal.SIGKILL)


@pytest.mark.fault
def test_a_killed_warden_is_replaced_and_knows_every_group(program, tmp_path):
    process, children, grandchild = program
    warden = int((tmp_path / "warden").read_text())

    os.kill(warden, signal.SIGKILL)
    time.sleep(0.5)
    process.kill()
    process.wait()

    wait_until(lambda: not [pid for pid in children if alive(pid)], seconds=60)
    os.kill(grandchild, signal.SIGKILL)


def test_a_log_never_outgrows_its_bound(tmp_path):
    log = LogFile(tmp_path / "a.log", max_bytes=100, kept=2)
    for number in range(50):
        log.write(f"line {number:03d} ".encode() * 2 + b"\n")

    log.close()
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert sorted(sizes) == ["a.log", "a.log.1", "a.log.2"]
    assert max(sizes.values()) <= 100
