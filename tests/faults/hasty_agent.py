"""`alongside agent` in a hurry: the same processes with leases, pauses and time-outs of seconds, not minutes, so
that a test need not wait for them. Short leases make it harder, not easier: they run out under working workers."""

import sys
from datetime import timedelta
from functools import partial

import app.bootstrap
import sync.agent
import sync.backoff
import sync.inbound
import sync.ingest
import sync.publish
from app.cli import main
from app.crm.hubspot import HubspotCrm
from app.storage import inbox, outbox

LEASE = timedelta(seconds=4)
TIMEOUT = (1.0, 2.0)

if __name__ == "__main__":
    outbox.LEASE = inbox.LEASE = sync.ingest.LEASE = sync.publish.LEASE = LEASE
    sync.backoff.FIRST, sync.backoff.LONGEST = timedelta(seconds=0.3), timedelta(seconds=2)
    sync.publish.LONGEST = sync.ingest.LONGEST = sync.backoff.LONGEST
    sync.agent.LONGEST_RESTART_SECONDS = 1.0
    app.bootstrap.HubspotCrm = partial(HubspotCrm, timeout=TIMEOUT)
    main(sys.argv[1:])
