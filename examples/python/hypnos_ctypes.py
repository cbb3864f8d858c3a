# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libhypnos-client for Python, by ctypes: `hypnos/hypnos.h` without its pointers.

    with Loop() as loop, Guest(loop, "qmp=/run/web/qmp,agent=/run/web/agent") as guest:
        print(guest.run("suspend", mode="disk")["outcome"])

Options have the names of the header with `_` for `-`. Everything belongs to one thread.
``HYPNOS_LIBRARY`` may say where the library is.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
from collections.abc import Callable
from enum import IntEnum
from types import TracebackType
from typing import Any

Report = dict[str, Any]


class Code(IntEnum):
    """`hypnos_code`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    TIMED_OUT = 5


class HypnosError(Exception):
    """What went wrong: `code` for a program, the text for a person, `details` from the agent."""

    def __init__(self, code: Code, message: str, details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


Done = Callable[["Report | HypnosError"], None]
OnEvent = Callable[[Report], None]

_DONE = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)
_EVENT = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p)

_TEXT, _HANDLE, _KEY = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p
_OWNED = ctypes.c_void_p  # a char * that is to be freed
_SLOT = ctypes.POINTER(_HANDLE)  # hypnos_error **

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "hypnos_version": (_TEXT, []),
    "hypnos_free": (None, [_OWNED]),
    "hypnos_error_code": (ctypes.c_int, [_HANDLE]),
    "hypnos_error_message": (_TEXT, [_HANDLE]),
    "hypnos_error_details": (_TEXT, [_HANDLE]),
    "hypnos_error_free": (None, [_HANDLE]),
    "hypnos_loop_new": (_HANDLE, []),
    "hypnos_loop_free": (None, [_HANDLE]),
    "hypnos_loop_fd": (ctypes.c_int, [_HANDLE]),
    "hypnos_loop_dispatch": (None, [_HANDLE]),
    "hypnos_guest_new": (_HANDLE, [_HANDLE, _TEXT, _SLOT]),
    "hypnos_guest_free": (None, [_HANDLE]),
    "hypnos_select": (_OWNED, [_TEXT, _SLOT]),
    "hypnos_guest_start": (ctypes.c_int, [_HANDLE, _TEXT, _TEXT, _DONE, _KEY, _SLOT]),
    "hypnos_guest_run": (_OWNED, [_HANDLE, _TEXT, _TEXT, _SLOT]),
    "hypnos_guest_cancel": (None, [_HANDLE]),
    "hypnos_guest_watch": (_HANDLE, [_HANDLE, _EVENT, _KEY]),
    "hypnos_watch_free": (None, [_HANDLE]),
}
"""What the header declares: results and arguments."""


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(os.environ.get("HYPNOS_LIBRARY", "libhypnos-client.so.0"))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


_lib = _load()
_keys = itertools.count(1)
_callbacks: dict[int, Callable[[Any], None]] = {}
"""By the key that C hands back as `data`: a number outlives whatever it stands for."""


def _described(error: int) -> HypnosError:
    """An error of C, which stays its owner's."""
    details = _lib.hypnos_error_details(error)
    return HypnosError(
        Code(_lib.hypnos_error_code(error)),
        _lib.hypnos_error_message(error).decode(errors="replace"),
        None if details is None else json.loads(details),
    )


@_DONE
def _on_done(report: bytes | None, error: int | None, key: int) -> None:
    if done := _callbacks.pop(key, None):
        done(_described(error) if error else json.loads(report or b"null"))


@_EVENT
def _on_event(event: bytes, key: int) -> None:
    if handler := _callbacks.get(key):
        handler(json.loads(event))


class _Slot:
    """Where C puts an error, which is raised at the end."""

    def __init__(self) -> None:
        self._error = _HANDLE()
        self.pointer = ctypes.byref(self._error)

    def check(self) -> None:
        if self._error.value is None:
            return
        described = _described(self._error.value)
        _lib.hypnos_error_free(self._error)
        raise described


def _owned(text: int) -> Any:
    """The value of a JSON text of C, which is freed."""
    value = json.loads(ctypes.string_at(text))
    _lib.hypnos_free(text)
    return value


def _options(options: dict[str, Any]) -> bytes:
    return json.dumps({name.replace("_", "-"): value for name, value in options.items()}).encode()


def version() -> str:
    """The library's."""
    return str(_lib.hypnos_version().decode())


def select(**selection: Any) -> list[Report]:
    """Guests by the words of a person: `words`, `all`, `connect`, `guests_d`."""
    slot = _Slot()
    text = _lib.hypnos_select(_options(selection), slot.pointer)
    slot.check()
    return list(_owned(text))


class _Handle:
    """Something of C that is freed once."""

    def __init__(self, handle: int, free: Callable[[int], None]) -> None:
        self._handle: int | None = handle
        self._free = free

    @property
    def handle(self) -> int:
        assert self._handle is not None, "it has been closed"
        return self._handle

    def close(self) -> None:
        """Free it; nothing happens the second time."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            self._free(handle)

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


class Loop(_Handle):
    """Where guests live; it must be closed after them. Fits selectors and asyncio."""

    def __init__(self) -> None:
        super().__init__(_lib.hypnos_loop_new(), _lib.hypnos_loop_free)

    def fileno(self) -> int:
        """Readable when there is something to dispatch."""
        return int(_lib.hypnos_loop_fd(self.handle))

    def dispatch(self) -> None:
        """Call back for all that is ready."""
        _lib.hypnos_loop_dispatch(self.handle)


class Guest(_Handle):
    """A guest: `spec` as hypnosctl has it, or one of those that `select` gives."""

    def __init__(self, loop: Loop, spec: str | Report) -> None:
        text = spec if isinstance(spec, str) else json.dumps(spec)
        slot = _Slot()
        handle = _lib.hypnos_guest_new(loop.handle, text.encode(), slot.pointer)
        slot.check()
        super().__init__(handle, _lib.hypnos_guest_free)
        self._key = 0

    def run(self, operation: str, **options: Any) -> Report:
        """Wait for the report of an operation; raises `HypnosError`."""
        slot = _Slot()
        text = _lib.hypnos_guest_run(
            self.handle, operation.encode(), _options(options), slot.pointer
        )
        slot.check()
        return dict(_owned(text))

    def start(self, operation: str, done: Done, **options: Any) -> None:
        """Begin an operation; `done` hears once how it ended, unless another one replaces it."""
        slot, key = _Slot(), next(_keys)
        _callbacks[key] = done
        _lib.hypnos_guest_start(
            self.handle, operation.encode(), _options(options), _on_done, key, slot.pointer
        )
        try:
            slot.check()
        except HypnosError:
            del _callbacks[key]
            raise
        _callbacks.pop(self._key, None)
        self._key = key

    def cancel(self) -> None:
        """Call off the suspend that is under way."""
        _lib.hypnos_guest_cancel(self.handle)

    def watch(self, handler: OnEvent) -> Watch:
        """Hear the guest's events until the watch is closed."""
        return Watch(self, handler)

    def close(self) -> None:
        _callbacks.pop(self._key, None)
        super().close()


class Watch(_Handle):
    """Events of a guest."""

    def __init__(self, guest: Guest, handler: OnEvent) -> None:
        self._key = next(_keys)
        _callbacks[self._key] = handler
        super().__init__(
            _lib.hypnos_guest_watch(guest.handle, _on_event, self._key), _lib.hypnos_watch_free
        )

    def close(self) -> None:
        _callbacks.pop(self._key, None)
        super().close()
