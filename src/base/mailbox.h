/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one thread boundary: two items travel between one producer and one consumer, each side owning
 * what it holds. The mutex is held for a pointer swap; an eventfd wakes the consumer.
 *
 * Protocol: the producer takes an empty item (mailbox_take_empty), fills it, puts it
 * (mailbox_put_full). The consumer takes it, reads it, gives it back; that is the request for the
 * next one. At most one full item waits, so no queue can grow.
 */
#ifndef SOCKMON_BASE_MAILBOX_H
#define SOCKMON_BASE_MAILBOX_H

#include <pthread.h>

struct mailbox {
	pthread_mutex_t lock;
	void *full;		/* waits for the consumer */
	void *empty[2];		/* wait for the producer */
	int wake_fd;		/* eventfd, readable while an item waits; the consumer polls it */
};

int mailbox_init(struct mailbox *m, void *first, void *second);	/* 0 or -errno; the items start empty */
void mailbox_fini(struct mailbox *m);				/* the items stay their allocator's */

/* Producer. NULL while a full item still waits or the consumer holds the rest: try again later. */
void *mailbox_take_empty(struct mailbox *m);
void mailbox_put_full(struct mailbox *m, void *item);	/* producer; an item that it had taken */
void *mailbox_take_full(struct mailbox *m);		/* consumer; NULL: nothing new. Clears wake_fd */
void mailbox_give_back(struct mailbox *m, void *item);	/* consumer */

#endif
