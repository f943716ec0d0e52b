from celery import shared_task

from channels.social import publishing


@shared_task(name="social.publish")
def publish() -> None:
    publishing.publish_due()
