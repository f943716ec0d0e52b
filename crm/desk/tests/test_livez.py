from typing import Any

import pytest
from django.test import Client


@pytest.mark.django_db
def test_monitors_learn_that_the_process_answers_and_nothing_else(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/livez/")

    assert (response.status_code, response.content) == (200, b"ok")
