"""How much of this machine the embedded PostgreSQL may use."""

import os
from pathlib import Path

MB = 1024 * 1024


def postgres_settings() -> dict[str, str]:
    total = machine_memory()
    settings = {
        "shared_buffers": f"{max(64, min(total // 4 // MB, 2048))}MB",
        "effective_cache_size": f"{max(128, total * 6 // 10 // MB)}MB",
        "work_mem": "64MB" if total >= 8192 * MB else "32MB",
        "maintenance_work_mem": f"{max(64, min(total // 16 // MB, 512))}MB",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        # Pages ask many short questions. To start helpers for one of them costs more than they save, and what
        # they read ahead the first page of a list throws away. What takes long is still shared among them.
        "parallel_setup_cost": "30000",
        "checkpoint_completion_target": "0.9",
    }
    if not _has_shared_memory():
        settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def machine_memory() -> int:
    """Bytes of memory, or of what a container may use of it."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = Path(limit).read_text().strip() if Path(limit).is_file() else ""
        if text.isdigit():
            total = min(total, int(text))
    return total


def _has_shared_memory() -> bool:
    """Containers give /dev/shm 64 MB unless asked, too little for parallel queries."""
    shared = Path("/dev/shm")  # noqa: S108
    if not shared.is_dir():
        return os.uname().sysname != "Linux"
    space = os.statvfs(shared)
    return space.f_frsize * space.f_blocks >= 256 * MB
