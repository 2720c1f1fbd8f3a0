# lpl/network.py - Network: many time steps of a composed spiking network in one call (lpl/network.h).
"""Composed spiking networks."""
from __future__ import annotations

import ctypes as C
from typing import Any, NoReturn, Optional, Union

import numpy as np

from . import _keywords
from ._arrays import U4, U8, row
from ._lib import lib
from ._object import Handle, parameter
from ._api import NetworkConfig, NetworkParam, NetworkReceptor, Receptor, ReceptorLike, Verdict
from ._convert import as_enum, as_int, instance, set_fields
from ._signature import keywords
from .errors import LplSizeError, check
from .lif import Lif
from .projection import Projection
from .record import Record
from .source import Source
from .spiking import Spiking
from ._types import UInt32, UInt64


class Network(Handle):
    """Sources, populations, projections and recorders, run together: the bits of a loop over their steps, faster.

        net = lpl.Network()
        inputs = net.add_input(500, source, another)      # groups are numbers
        cells = net.add_lif(lif)
        net.add(plastic, inputs, cells, "ampa")           # a Spiking or a Projection, as they transmit
        net.add_record(record, cells)
        net.run(10000)

    Members stay yours: read, set, step and save them between runs (their states are the network's; it has none of its
    own). The first run ends the adding.

    Parameters
    ----------
    {keywords}
    """
    _STEM, _PARAM = "network", NetworkParam

    @keywords(_keywords.Network_init, NetworkConfig)
    def __init__(self, **fields: Any) -> None:
        cfg = NetworkConfig()
        check(lib.lpl_network_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, fields, "a network")
        handle = C.c_void_p()
        check(lib.lpl_network_create(cfg, C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._members: list[Any] = []  # kept alive as long as the network may run them
        self._sizes: list[int] = []
        self._shown: dict[int, tuple[UInt64, UInt32]] = {}
        self._finished = False
        self._verdicts: dict[int, Verdict] = {}  # of members, as of the last news

    def close(self) -> None:
        super().close()
        self._members, self._shown = [], {}

    def __repr__(self) -> str:
        return "<lpl.Network closed>" if self._handle is None else (
            f"<lpl.Network {len(self._sizes)} groups, {len(self._members)} members, step {self.steps_done}>")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Network cannot be pickled or copied: copy its members and compose them anew")

    # Members

    def _add(self, call: Any, *args: Any) -> int:
        group = C.c_uint32()
        check(call(self._h(), group, *args))
        return group.value

    def add_input(self, n: int, *sources: Source) -> int:
        """A group of n inputs: neurons that these sources let fire (as first .. first + n - 1 of each, ascending), or
        your own spikes."""
        for source in sources:
            instance(source, Source, "source")
        group = self._add(lib.lpl_network_add_input, as_int(n, "n", C.c_uint64))
        self._sizes.append(n)
        for source in sources:
            self.add_source(source, group)
        return group

    def add_source(self, source: Source, group: int) -> None:
        """A further source of a group of inputs."""
        instance(source, Source, "source")
        check(lib.lpl_network_add_source(self._h(), source._h(), as_int(group, "group", C.c_uint32)))
        self._members.append(source)

    def add_lif(self, population: Lif) -> int:
        """A population, as a group."""
        instance(population, Lif, "population")
        group = self._add(lib.lpl_network_add_lif, population._h())
        self._members.append(population)
        self._sizes.append(population.n)
        return group

    def add_remote(self, n_global: int, local: int, first: int = 0) -> int:
        """A group of n_global neurons, of which first .. are those of group `local` and the others fire elsewhere:
        their spikes come by deliver. Projections begin there (docs/part.md); show() of it has the numbers of the
        whole."""
        group = self._add(lib.lpl_network_add_remote, as_int(n_global, "n_global", C.c_uint64),
                          as_int(local, "local", C.c_uint32), as_int(first, "first", C.c_uint64))
        self._sizes.append(n_global)
        return group

    def add(self, projection: Union[Projection, Spiking], pre: int, post: int,
            receptor: Optional[ReceptorLike] = Receptor.AMPA) -> None:
        """A projection from group pre to group post. receptor=None: it learns, but drives nobody."""
        which = NetworkReceptor.NO_RECEPTOR if receptor is None else as_enum(Receptor, receptor, "receptor")
        if not isinstance(projection, Spiking):
            instance(projection, Projection, "projection")
        call = lib.lpl_network_add_spiking if isinstance(projection, Spiking) else lib.lpl_network_add_projection
        check(call(self._h(), projection._h(), as_int(pre, "pre", C.c_uint32), as_int(post, "post", C.c_uint32), which))
        self._members.append(projection)

    def add_record(self, record: Record, group: int) -> None:
        """Let a recorder see a group."""
        instance(record, Record, "record")
        check(lib.lpl_network_add_record(self._h(), record._h(), as_int(group, "group", C.c_uint32)))
        self._members.append(record)

    def finish(self) -> None:
        """All have been added. The first run does it, too."""
        check(lib.lpl_network_finish(self._h()))
        self._finished = True

    # Running

    @staticmethod
    def _lists(spikes: Any) -> tuple[UInt64, UInt32]:
        ptr, neuron = spikes
        row(ptr, "ptr", U8)
        row(neuron, "neuron", U4)
        if ptr.size == 0 or (ptr.size > 1 and int(ptr.max()) > neuron.size):
            raise LplSizeError(f"ptr has {ptr.size} offsets up to {int(ptr.max()) if ptr.size else 0}, neuron "
                               f"{neuron.size} elements: need steps + 1 offsets within it")
        return ptr, neuron

    def run(self, n_steps: int, spikes: Optional[dict[int, tuple[UInt64, UInt32]]] = None) -> None:
        """n_steps steps. spikes: for groups without sources {group: (ptr, neuron)}, n_steps + 1 offsets (uint64, as
        ``lpl.spike_ptr`` makes them) and the neurons that fire (uint32). After an error inside a step (absurd
        parameters) the next run goes on there. A watched projection that is not well any more: LplVerdictWarning."""
        steps = as_int(n_steps, "n_steps", C.c_size_t)
        if not self._finished:
            self.finish()
        for member in self._members:
            member._h()  # not closed in the meantime
        lists = {as_int(group, "group", C.c_uint32): self._lists(pair) for group, pair in (spikes or {}).items()}
        for group, (ptr, neuron) in lists.items():
            check(lib.lpl_network_feed(self._h(), group, ptr.size - 1, ptr.ctypes.data, neuron.ctypes.data))
        if check(lib.lpl_network_run(self._h(), steps)):
            for member in self._members:
                if isinstance(member, Spiking) and self._verdicts.get(id(member), Verdict.EARLY) != member.verdict:
                    self._verdicts[id(member)] = member.verdict
                    member._look(3)

    def deliver(self, group: int, spikes: tuple[UInt64, UInt32]) -> None:
        """Spikes of neurons elsewhere that fired in the steps of the last run, no more than the axonal delay."""
        ptr, neuron = self._lists(spikes)
        for member in self._members:
            member._h()
        number = as_int(group, "group", C.c_uint32)
        check(lib.lpl_network_deliver(self._h(), number, ptr.size - 1, ptr.ctypes.data, neuron.ctypes.data))

    def show(self, group: int, room_steps: int, room: int) -> None:
        """Keep who fires in a group during each run: of room_steps steps at most, room spikes."""
        number = as_int(group, "group", C.c_uint32)
        ptr = np.zeros(as_int(room_steps, "room_steps", C.c_uint32) + 1, U8)
        neuron = np.zeros(max(as_int(room, "room", C.c_uint32), 1), U4)
        check(lib.lpl_network_spikes_into(self._h(), number, ptr.ctypes.data, ptr.size - 1, neuron.ctypes.data, room))
        self._shown[number] = ptr, neuron

    def shown(self, group: int) -> tuple[UInt64, UInt32]:
        """(ptr, neuron) of the last run, copies: in its step k the neurons neuron[ptr[k]:ptr[k + 1]] fired (as far as
        there was room)."""
        if group not in self._shown:
            raise LplSizeError(f"group {group} is not shown; call show(group, room_steps, room) first")
        ptr, neuron = self._shown[group]
        n = self.last
        return ptr[:n + 1].copy(), neuron[:min(int(ptr[n]), neuron.size)].copy()

    steps_done: int = parameter(NetworkParam.STEP, int, "Whole steps made.")
    last: int = parameter(NetworkParam.LAST, int, "Of them, those of the last run.")
    stopped: bool = parameter(NetworkParam.STOPPED, bool, "Did the last run stop inside a step?")
    delay: int = parameter(NetworkParam.DELAY, int, "The shortest axonal delay, steps.")
    memory: int = parameter(NetworkParam.MEMORY, int, "Bytes that the network takes, without its members.")
