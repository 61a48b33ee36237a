"""What the measurements were made on."""

import os
import platform
import subprocess
import time
from pathlib import Path


def _field(path: str, key: str) -> str:
    try:
        for line in Path(path).read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    except OSError:
        pass
    return ""


def _said(*command: str, folder: Path) -> str:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def describe(root: Path) -> dict[str, str]:
    """Processor, memory, system, compiler, commit, day."""
    memory = _field("/proc/meminfo", "MemTotal").removesuffix(" kB")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": f"{_field('/proc/cpuinfo', 'model name') or platform.processor()}, {cores} cores",
        "memory": f"{int(memory) / 2**20:.0f} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "compiler": _said("rustc", "--version", folder=root),
        "commit": _said("git", "describe", "--always", "--dirty", "--exclude=*", folder=root),
        "day": time.strftime("%Y-%m-%d"),
    }
