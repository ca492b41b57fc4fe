/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes in a thread of its own: see writer.h. Owns the thread and its buffer, not the descriptor. */
#include "export/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct writer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t turn;	/* `busy` or `done` changed */
	struct buf full;	/* the thread's while busy, else the caller's */
	int fd;
	int error;		/* the first; after it nothing is written */
	bool busy, done;
	sigset_t write_mask, former_mask;
};

static void *run(void *arg)
{
	struct writer *w = arg;
	int error;

	pthread_sigmask(SIG_SETMASK, &w->write_mask, NULL);
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->busy && !w->done)
			pthread_cond_wait(&w->turn, &w->lock);
		if (!w->busy)
			break;
		error = w->error;
		pthread_mutex_unlock(&w->lock);
		if (!error)
			error = buf_write(&w->full, w->fd);
		buf_reset(&w->full);
		pthread_mutex_lock(&w->lock);
		w->error = error;
		w->busy = false;
		pthread_cond_signal(&w->turn);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void writer_free(struct writer *w)
{
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->turn);
	buf_fini(&w->full);
	free(w);
}

int writer_start(struct writer **out, int fd, const sigset_t *write_mask)
{
	struct writer *w = calloc(1, sizeof(*w));
	sigset_t all;
	int err;

	if (!w)
		return -ENOMEM;
	w->fd = fd;
	w->write_mask = *write_mask;
	buf_init(&w->full);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->turn, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &w->former_mask);
	err = pthread_create(&w->thread, NULL, run, w);
	if (err) {
		pthread_sigmask(SIG_SETMASK, &w->former_mask, NULL);
		writer_free(w);
		return -err;
	}
	*out = w;
	return 0;
}

int writer_flush(void *ctx, struct buf *b)
{
	struct writer *w = ctx;
	struct buf empty;
	int error;

	pthread_mutex_lock(&w->lock);
	while (w->busy)
		pthread_cond_wait(&w->turn, &w->lock);
	error = w->error;
	empty = w->full;
	w->full = *b;
	*b = empty;
	w->busy = true;
	pthread_cond_signal(&w->turn);
	pthread_mutex_unlock(&w->lock);
	return error;
}

int writer_finish(struct writer *w)
{
	sigset_t former = w->former_mask;
	int error;

	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_signal(&w->turn);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	error = w->error;
	writer_free(w);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	return error;
}
