/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay: the main() of a fuzz target where libFuzzer is not linked in. Runs LLVMFuzzerTestOneInput
 * once on every file named, and on every file of each directory named, so that the corpus is a
 * regression test with any compiler. Arguments that begin with '-' are libFuzzer's options and are
 * passed over.
 *
 * Owns one heap copy of the input at a time, of exactly its size: a sanitizer then sees a read past
 * its end. Deliberately makes no inputs of its own, descends into no subdirectories, and knows no
 * target.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REPLAY_MAX_INPUT (64L << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* *data is the caller's to free, also when *size is 0. */
static int read_whole(const char *path, size_t size, uint8_t **data)
{
	uint8_t *bytes = malloc(size ? size : 1);
	FILE *file = fopen(path, "rb");
	int err = 0;

	if (!bytes || !file)
		err = errno ? -errno : -ENOMEM;
	else if (fread(bytes, 1, size, file) != size)
		err = -EIO;
	if (file)
		fclose(file);
	if (err)
		free(bytes);
	else
		*data = bytes;
	return err;
}

static int replay_file(const char *path, size_t size)
{
	uint8_t *data;
	int err = read_whole(path, size, &data);

	if (err) {
		fprintf(stderr, "replay: cannot read %s: %s\n", path, strerror(-err));
		return err;
	}
	/* Named before it runs: after a crash the last line says which input it was. */
	printf("# %s (%zu bytes)\n", path, size);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

/* Returns how many inputs ran, or -errno. */
static long replay_path(const char *path)
{
	struct stat st;
	int err;

	if (stat(path, &st)) {
		err = -errno;
		fprintf(stderr, "replay: cannot read %s: %s\n", path, strerror(-err));
		return err;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > REPLAY_MAX_INPUT) {
		fprintf(stderr, "replay: %s is not a file of at most %ld bytes\n", path,
			REPLAY_MAX_INPUT);
		return -EINVAL;
	}
	err = replay_file(path, (size_t)st.st_size);
	return err ? err : 1;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static long replay_dir(const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_input, alphasort);
	long ran = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		char *path;
		long result = -ENOMEM;

		if (ran >= 0 && asprintf(&path, "%s/%s", dir, entries[i]->d_name) >= 0) {
			result = replay_path(path);
			free(path);
		}
		ran = ran < 0 || result < 0 ? -EIO : ran + result;
		free(entries[i]);
	}
	free(entries);
	return ran;
}

int main(int argc, char **argv)
{
	long total = 0;

	for (int i = 1; i < argc; i++) {
		long ran;

		if (argv[i][0] == '-')
			continue;
		ran = replay_dir(argv[i]);
		if (ran == -ENOTDIR)
			ran = replay_path(argv[i]);
		if (ran < 0) {
			fprintf(stderr, "replay: stopped at %s: %s\n", argv[i],
				strerror((int)-ran));
			return 1;
		}
		total += ran;
	}
	printf("# %ld inputs\n", total);
	return total ? 0 : 1;
}
