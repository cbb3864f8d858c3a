# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The corpus, played to hypnos-agent and, as a check of the corpus itself, to Debian's qemu-ga."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from player.agents import QemuGa, hypnos
from player.corpus import Case, read_corpus

CASES = read_corpus(Path(__file__).parent)
COMPARED = [case for case in CASES if not case.only_hypnos]


def names(case: Case) -> str:
    return case.name


@pytest.fixture(scope="module")
def binary() -> str:
    """The agent under test."""
    path = os.environ.get("HYPNOS_AGENT")
    assert path, "set HYPNOS_AGENT to the path of hypnos-agent"
    return str(Path(path).resolve())


@pytest.fixture(scope="module")
def reference() -> Iterator[QemuGa]:
    """A qemu-ga for all cases that need none of their own."""
    agent = QemuGa()
    yield agent
    agent.end()


@pytest.mark.parametrize("case", CASES, ids=names)
def test_hypnos_answers_as_the_corpus_says(case: Case, binary: str, tmp_path: Path) -> None:
    with hypnos(binary, tmp_path, case) as player:
        problems = player.play(case)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("case", COMPARED, ids=names)
def test_qemu_ga_answers_so_too_but_for_what_is_listed(case: Case, reference: QemuGa) -> None:
    own = case.frozen or case.options
    agent = QemuGa(case.options, case.frozen) if own else reference
    try:
        with agent.playing(case) as player:
            problems = player.play(case)
    finally:
        if own:
            agent.end()
    assert not problems, "\n".join(problems)
