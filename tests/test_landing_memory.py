"""The memory for whole landing pages: bounded by bytes, safe for threads."""

from __future__ import annotations

import threading

from datasets.memory import OVERHEAD, Memory, Page


class TestMemory:
    """Bounded by bytes; the least recently asked for goes first."""

    def test_it_holds_no_more_than_its_limit(self) -> None:
        memory = Memory(3 * (100 + OVERHEAD))
        for number in range(5):
            memory.put((str(number), "en"), Page(b"x" * 100, "", ""))
            memory.get(("0", "en"))
        assert [memory.get((str(number), "en")) is not None for number in range(5)] == [True, False, False, True, True]
        assert memory.size <= memory.limit

    def test_a_page_larger_than_all_of_it_is_not_held(self) -> None:
        memory = Memory(1000)
        memory.put(("small", "en"), Page(b"x", "", ""))
        memory.put(("large", "en"), Page(b"x" * 1000, "", ""))
        assert len(memory) == 1
        assert memory.get(("large", "en")) is None

    def test_putting_twice_counts_once(self) -> None:
        memory = Memory(10_000)
        for _ in range(9):
            memory.put(("one", "en"), Page(b"x" * 1000, "", ""))
        assert memory.size == 1000 + OVERHEAD
        memory.clear()
        assert (memory.size, len(memory)) == (0, 0)

    def test_threads_do_not_upset_it(self) -> None:
        memory = Memory(20 * (100 + OVERHEAD))

        def busy(start: int) -> None:
            for number in range(300):
                memory.put((str((start + number) % 40), "en"), Page(b"x" * 100, "", ""))
                memory.get((str(number % 40), "en"))

        threads = [threading.Thread(target=busy, args=(number * 7,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert memory.size == len(memory) * (100 + OVERHEAD) <= memory.limit
