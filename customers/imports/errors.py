from customers.imports import problems


class Unusable(Exception):
    """The whole file cannot be used. `code` is a key of problems.FILE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(problems.FILE[self.code])
