from celery import shared_task

from channels.routing import simulating, sweeping


@shared_task(name="routing.sweep")
def sweep() -> None:
    """Finds conversations that wait for somebody who is here by now, or lie with somebody who left."""
    sweeping.sweep()


@shared_task(name="routing.simulate")
def simulate(simulation_id: int) -> None:
    simulating.run(simulation_id)


@shared_task(name="routing.sweep_simulations")
def sweep_simulations() -> None:
    """Finds simulations that wait or were left by a crash."""
    simulating.sweep()
