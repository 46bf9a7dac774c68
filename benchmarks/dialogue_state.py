"""The dialogue state with its lock beside redis-py's bare GET and SET of the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.hospital import environment
from benchmarks.measure import Row, cpu_us, interleaved
from benchmarks.places import Places
from bot.memory import Memory, Remembered, connect_redis
from bot.settings import Settings
from dialogue.state import Frame, State
from models.clock import system_now
from models.vault import Vault

_USERS = 1_000


def rows(places: Places) -> Iterator[Row]:
    """Yield two rows: as the house does it, and with its sealing taken off the figure."""
    settings = Settings.read(environment("sqlite://", places.redis_url))
    vault = Vault(settings.data_key, settings.lookup_key)
    client = connect_redis(places.redis_url)
    memory = Memory(client, vault)
    now = system_now()
    state = State(frames=(_FRAME,), asked=3, symptoms=("头晕",), person={"relation": "self"})
    users = [vault.lookup(f"o{number}") for number in range(_USERS)]
    sealed = vault.seal(Remembered(1, now, state).to_json())

    def ours(number: int) -> None:
        visit = memory.enter(users[number % _USERS])
        memory.leave(visit, Remembered(number, now, state))

    def bare(number: int) -> None:
        key = users[number % _USERS]
        client.get(key)
        client.set(key, sealed, px=2_700_000)

    def codec(number: int) -> None:
        Remembered.from_json(vault.open(vault.seal(Remembered(number, now, state).to_json())))

    count = places.sizes.states
    for number in range(_USERS):
        ours(number)
        bare(number)
    samples = interleaved(
        (
            lambda: {"lock and state": cpu_us(ours, count)},
            lambda: {"GET+SET": cpu_us(bare, count)},
            lambda: {"JSON and AES": cpu_us(codec, count)},
        ),
        places.sizes.rounds,
    )
    client.close()
    yield Row(
        work="dialogue state with lock",
        where="Redis, unix socket",
        unit="µs CPU",
        samples=samples,
        ours=("lock and state",),
        limit=("GET+SET", "JSON and AES"),
        goal=1.2,
        facts={"round trips": 2, "state bytes sealed": len(sealed)},
    )


_FRAME = Frame(
    form="booking",
    values={"dept": {"codes": [["GH-SJ", 1.0]], "words": ["头晕"], "sure": True, "stated": True}},
    asking="offer",
    wants="choice",
    choices=tuple([number, number + 1, number + 2] for number in range(0, 24, 3)),
    history=("dept",),
)
