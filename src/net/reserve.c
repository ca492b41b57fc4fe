/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address space without memory: see reserve.h. */
#include "net/reserve.h"

#include <sys/mman.h>

void *reserve_new(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void reserve_free(void *p, size_t bytes)
{
	if (p)
		munmap(p, bytes);
}

void reserve_hugepages(void *p, size_t bytes)
{
	madvise(p, bytes, MADV_HUGEPAGE);
}

void reserve_forget(void *p, size_t bytes)
{
	madvise(p, bytes, MADV_DONTNEED);
}
