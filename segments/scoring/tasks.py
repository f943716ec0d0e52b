from celery import shared_task

from segments.scoring import running, simulating


@shared_task(name="scoring.score")
def score(run_id: int) -> None:
    running.run(run_id)


@shared_task(name="scoring.sweep")
def sweep() -> None:
    """Finds runs that wait or were left by a crash, and the night's run."""
    running.sweep()


@shared_task(name="scoring.simulate")
def simulate(trial_id: int) -> None:
    simulating.run(trial_id)


@shared_task(name="scoring.sweep_trials")
def sweep_trials() -> None:
    """Finds trials that wait or were left by a crash."""
    simulating.sweep()
