import random
import time

from crm.tests.faults.company import Company

WORKER_KILLS, SERVER_KILLS = 30, 3


def shoot_while(one: Company, still_running: str) -> int:
    """Kills workers and servers in a random order while the query says yes. Returns how many were hit."""
    shots = ["worker"] * WORKER_KILLS + ["postgres"] * SERVER_KILLS + ["valkey"] * SERVER_KILLS
    random.Random(7).shuffle(shots)
    hits = 0
    for part in shots:
        if not one.value(still_running):
            break
        hits += one.shoot_when_alive(part)
        time.sleep(random.uniform(0.2, 1.2))
    return hits
