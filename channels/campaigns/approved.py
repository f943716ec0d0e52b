"""How a provider's template reads while its blanks are being filled."""

from dataclasses import dataclass

from channels.connectors.base import BLANK, Template


@dataclass(frozen=True)
class Piece:
    """Words of the template or, with a number, a blank with the line that is to fill it, if there is one."""

    text: str
    number: int = 0


@dataclass(frozen=True)
class Shown:
    name: str
    language: str
    pieces: tuple[Piece, ...]

    @property
    def missing(self) -> int:
        """How many blanks have no line yet."""
        return len({piece.number for piece in self.pieces if piece.number and not piece.text})


def show(template: Template, typed: str) -> Shown:
    """Lines fill blanks as they do when the message is sent: in their order, each blank once."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    pieces = []
    for place, part in enumerate(BLANK.split(template.text)):
        if place % 2:
            number = template.blanks.index(part) + 1
            pieces.append(Piece(lines[number - 1] if number <= len(lines) else "", number))
        elif part:
            pieces.append(Piece(part))
    return Shown(template.name, template.language.replace("_", "-"), tuple(pieces))
