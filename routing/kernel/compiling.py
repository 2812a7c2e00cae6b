"""How functions are compiled: entries, which Python calls, to machine code kept on disk; parts only inside the entries.

Numba by itself makes machine code of every function, of all that it calls with it, and again in each of its callers:
most of a minute and a half went into code that nobody ever ran. A part stays an intermediate form until an entry takes
it in.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False, "error_model": "numpy", "no_cfunc_wrapper": True}
"""Free of the GIL; without reference counting, which costs more than the search; nobody needs them as C callbacks."""
settings: Any = numba.config


def entry(function: F, folder: Path) -> F:
    """A function that Python calls, compiled with all its parts when first called and kept in `folder`."""
    others, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
    try:
        compiled: F = numba.njit(cache=True, pipeline_class=Joining, **OPTIONS)(function)
    finally:
        settings.CACHE_DIR = others
    return compiled


def part(function: F) -> F:
    """A function that only compiled functions call; from Python it raises TypeError."""
    options = {**OPTIONS, "nopython": True, "boundscheck": None, "no_cpython_wrapper": True}
    compiled: Any = Part(function, targetoptions=options, pipeline_class=Drafting)
    return compiled


class Joining(Compiler):
    """Numba's own steps, with all parts taken in before anything is optimised."""

    def compile_extra(self, function: Any) -> Any:
        self.state.library = Whole(self.state.targetctx.codegen(), function.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(function)


class Whole(JITCodeLibrary):
    """An entry with its parts, which nobody else can see: what is called once is merged, what is unused goes."""

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage.name == "linkonce_odr":
                function.linkage = "internal"
        passes, builder = self._codegen._module_pass_manager()
        passes.run(self._final_module, builder)


class Part(CPUDispatcher):
    """One version per set of plain types: Numba would make another one for every constant that somebody passes."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        plain = {name: types.unliteral(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(types.unliteral(kind) for kind in args), plain)

    def add_overload(self, result: Any) -> None:
        """Not entered where calls from Python look: there is no machine code to run."""
        self.overloads[tuple(result.signature.args)] = result

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        raise TypeError(f"{self.py_func.__name__} is a part: only compiled functions call it")


class Drafting(Compiler):
    """Numba's own steps up to the intermediate form."""

    def compile_extra(self, function: Any) -> Any:
        target = self.state.targetctx
        self.state.library = Draft(target.codegen(), function.__qualname__)
        target.get_executable = _nothing
        return super().compile_extra(function)


class Draft(JITCodeLibrary):
    """The intermediate form of a part and of its parts, to be linked into an entry, which optimises the whole once."""

    def _optimize_final_module(self) -> None:
        """Left to the entry."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


def _nothing(library: Any, description: Any, environment: Any) -> object:
    """Stands for the machine code that a part does not have; Numba keeps functions by it, so each is another."""
    return object()
