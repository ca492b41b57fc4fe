/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mailbox between the capture thread and main. Moves pointers; never looks at the items, never
 * waits.
 */
#include "base/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int mailbox_init(struct mailbox *m, void *first, void *second)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	err = pthread_mutex_init(&m->lock, NULL);
	if (err) {
		close(fd);
		return -err;
	}
	m->full = NULL;
	m->empty[0] = first;
	m->empty[1] = second;
	m->wake_fd = fd;
	return 0;
}

void mailbox_fini(struct mailbox *m)
{
	pthread_mutex_destroy(&m->lock);
	close(m->wake_fd);
}

/* Call with the lock held. */
static void *take_any(void *items[static 2])
{
	int i = items[0] ? 0 : 1;
	void *item = items[i];

	items[i] = NULL;
	return item;
}

void *mailbox_take_empty(struct mailbox *m)
{
	void *item = NULL;

	pthread_mutex_lock(&m->lock);
	if (!m->full)
		item = take_any(m->empty);
	pthread_mutex_unlock(&m->lock);
	return item;
}

void mailbox_put_full(struct mailbox *m, void *item)
{
	uint64_t one = 1;

	pthread_mutex_lock(&m->lock);
	assert(item && !m->full);
	m->full = item;
	pthread_mutex_unlock(&m->lock);
	while (write(m->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/*
 * The descriptor is cleared before the item is taken: an item that is put in between leaves one
 * wake too many. The other way round it would leave one too few.
 */
void *mailbox_take_full(struct mailbox *m)
{
	uint64_t wakes;
	void *item;

	while (read(m->wake_fd, &wakes, sizeof(wakes)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&m->lock);
	item = m->full;
	m->full = NULL;
	pthread_mutex_unlock(&m->lock);
	return item;
}

void mailbox_give_back(struct mailbox *m, void *item)
{
	pthread_mutex_lock(&m->lock);
	assert(item && (!m->empty[0] || !m->empty[1]));
	m->empty[m->empty[0] ? 1 : 0] = item;
	pthread_mutex_unlock(&m->lock);
}
