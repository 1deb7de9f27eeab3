import json, os, time
import pytest
from tests.faults import scene
from tests.faults.company import company, part
from tests.faults.people import World
from tests.faults.judge import Evidence, judge
from collections import Counter

@pytest.mark.django_db(transaction=True)
def test_debug(run_server, celery_worker, smtp_server, settings):
    scene.make()
    env = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
    server = run_server(**env)
    celery_worker(BASE_URL=server.url, **env)
    world = World(server.url, smtp_server)
    people = company(world, 1)
    for p in people: p.start()
    time.sleep(float(os.environ.get("SECS", "40")))
    part(world, people)
    print(Counter((e.method, e.path, e.status) for e in world.traffic.exchanges).most_common(80))
    print(Counter((c.verb, tuple(c.tries)) for c in world.ledger.changes))
    print(Counter(world.complaints).most_common(20))
    print(world.traffic.wrong[:10])
    time.sleep(5)
    from aidahub.outbox.models import Mail
    print(Counter(Mail.objects.values_list("status", flat=True)))
    received = [(m.message_id, m.recipients[0]) for m in smtp_server.messages]
    for s in judge(Evidence(world.ledger.changes, received, 0)): print(s)
    assert 0
