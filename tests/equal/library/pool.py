# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Computes squares in processes or threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import multiprocessing.pool
import queue
import threading

from ansible.module_utils.basic import AnsibleModule

NUMBERS = [1, 2, 3]


def square(number: int) -> int:
    return number * number


def put_square(results: multiprocessing.Queue, number: int) -> None:
    results.put(square(number))


def in_pool(method: str) -> list[int]:
    with multiprocessing.get_context(method).Pool(2) as pool:
        return pool.map(square, NUMBERS)


def in_process(method: str) -> list[int]:
    context = multiprocessing.get_context(method)
    results = context.Queue()
    process = context.Process(target=put_square, args=(results, 4))
    process.start()
    found = results.get(timeout=20)
    process.join()
    return [found, process.exitcode]


def in_manager(method: str) -> list[int]:
    with multiprocessing.get_context(method).Manager() as manager:
        shared = manager.list(NUMBERS)
        shared.append(4)
        return [square(number) for number in shared]


def in_executor(_method: str) -> list[int]:
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        return list(executor.map(square, NUMBERS))


def in_process_executor(method: str) -> list[int]:
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as executor:
        return list(executor.map(square, NUMBERS))


def in_threads(_method: str) -> list[int]:
    results: queue.Queue = queue.Queue()
    threads = [threading.Thread(target=results.put, args=(square(number),), daemon=number == 1) for number in NUMBERS]
    for thread in threads:
        thread.start()
    return sorted(results.get(timeout=20) for _thread in threads)


def in_thread_pool(_method: str) -> list[int]:
    with multiprocessing.pool.ThreadPool(2) as pool:
        return pool.map(square, NUMBERS)


async def squares() -> list[int]:
    return await asyncio.gather(*(asyncio.to_thread(square, number) for number in NUMBERS))


async def child() -> list[int]:
    process = await asyncio.create_subprocess_exec("echo", "9", stdout=asyncio.subprocess.PIPE)
    out, _err = await process.communicate()
    return [int(out), process.returncode]


def main() -> None:
    kinds = {
        "pool": in_pool,
        "process": in_process,
        "manager": in_manager,
        "executor": in_executor,
        "process executor": in_process_executor,
        "threads": in_threads,
        "thread pool": in_thread_pool,
        "asyncio": lambda _method: asyncio.run(squares()),
        "asyncio child": lambda _method: asyncio.run(child()),
    }
    module = AnsibleModule({"kind": {"choices": list(kinds)}, "method": {"default": "fork"}})
    module.exit_json(
        squares=kinds[module.params["kind"]](module.params["method"]), default=multiprocessing.get_start_method()
    )


if __name__ == "__main__":
    main()
