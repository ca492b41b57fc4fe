/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cgroup's path says of who runs there: a systemd unit, a container (docker, podman,
 * containerd, CRI-O, LXC), a Kubernetes pod. Pure; the path is untrusted.
 */
#ifndef SOCKMON_BASE_CGROUPNAME_H
#define SOCKMON_BASE_CGROUPNAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * "/system.slice/nginx.service" -> "nginx.service"; "/system.slice/docker-<64 hex>.scope" ->
 * "docker:0123456789ab"; "/kubepods.slice/…-pod<uid>.slice/cri-containerd-<hex>.scope" ->
 * "pod:<uid>/0123456789ab"; "/user.slice/…/session-3.scope" -> "session-3.scope". false: the path
 * says nothing ("/", a bare slice).
 */
bool cgroupname(const char *path, char *out, size_t size);

/* The same of containers and pods only: a unit says nothing. */
bool cgroupname_container(const char *path, char *out, size_t size);

#endif
