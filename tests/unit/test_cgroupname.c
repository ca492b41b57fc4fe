/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/cgroupname.c: paths as they are found on hosts, and as nobody should make them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/cgroupname.h"

#define HEX "4f2a61c0ee5b8d3b0f8d1c6a8f3e5d7c9b1a2f4e6d8c0b9a7f5e3d1c2b4a6f8e"
#define HEX2 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "8f1e0c5a-9d4b-4c6e-b7a2-3d5f6e7a8b9c"
#define POD_ "8f1e0c5a_9d4b_4c6e_b7a2_3d5f6e7a8b9c"
#define HASH "1b5a7c3e9d2f4b6a8c0e1d3f5a7b9c2e"
#define USER "/user.slice/user-1000.slice/user@1000.service"

struct sample {
	const char *path, *name;	/* NULL: it says nothing */
};

static void check(const struct sample *samples, size_t count)
{
	char out[128];

	for (size_t i = 0; i < count; i++) {
		memset(out, '?', sizeof(out));
		if (cgroupname(samples[i].path, out, sizeof(out)) != (samples[i].name != NULL))
			fail_msg("%s: %s", samples[i].path, samples[i].name ? "no name" : out);
		if (samples[i].name && strcmp(out, samples[i].name) != 0)
			fail_msg("%s: %s, not %s", samples[i].path, out, samples[i].name);
	}
}

#define CHECK(samples) check(samples, sizeof(samples) / sizeof((samples)[0]))

static void test_cgroupname_systemd_unit_is_the_last_one(void **state)
{
	static const struct sample samples[] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service" },
		{ "/system.slice/docker.service/supervisor", "docker.service" },
		{ "/system.slice/cups.socket", "cups.socket" },
		{ "/init.scope", "init.scope" },
		{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope" },
		{ USER "/init.scope", "user@1000.service" },
		{ USER "/app.slice/app-gnome-firefox-2345.scope", "app-gnome-firefox-2345.scope" },
		{ USER "/session.slice/dbus.service", "dbus.service" },
		{ USER "/app.slice/snap.firefox.firefox-" POD ".scope", "snap.firefox.firefox" },
		{ USER "/app.slice/snap.code.code." POD ".scope", "snap.code.code" },
		{ "/system.slice/snap.lxd.daemon.service", "snap.lxd.daemon.service" },
		{ "/", NULL },
		{ "", NULL },
		{ "/user.slice", NULL },
		{ "/system.slice/system-getty.slice", NULL },
		{ "/anything/else", NULL },
	};

	(void)state;
	CHECK(samples);
}

static void test_cgroupname_container_is_known_by_its_runtimes_habit(void **state)
{
	static const struct sample samples[] = {
		{ "/system.slice/docker-" HEX ".scope", "docker:4f2a61c0ee5b" },
		{ "/docker/" HEX, "docker:4f2a61c0ee5b" },
		{ "/docker/" HEX "/init.scope", "docker:4f2a61c0ee5b" },
		{ "/system.slice/docker-" HEX ".scope/system.slice/nginx.service",
		  "docker:4f2a61c0ee5b" },
		{ "/docker/" HEX "/docker/" HEX2, "docker:0123456789ab" },
		{ "/system.slice:docker:" HEX, "docker:4f2a61c0ee5b" },
		{ USER "/user.slice/libpod-" HEX ".scope/container", "podman:4f2a61c0ee5b" },
		{ "/machine.slice/libpod-" HEX ".scope", "podman:4f2a61c0ee5b" },
		{ "/libpod_parent/libpod-" HEX, "podman:4f2a61c0ee5b" },
		{ "/machine.slice/libpod-conmon-" HEX ".scope", "libpod-conmon-" HEX ".scope" },
		{ "/system.slice/cri-containerd-" HEX ".scope", "containerd:4f2a61c0ee5b" },
		{ "/system.slice/nerdctl-" HEX ".scope", "containerd:4f2a61c0ee5b" },
		{ "/system.slice/crio-" HEX ".scope", "crio:4f2a61c0ee5b" },
		{ "/ecs/0a1b2c3d/" HEX, "container:4f2a61c0ee5b" },
		{ "/lxc/101/ns", "lxc:101" },
		{ "/lxc/web/system.slice/nginx.service", "lxc:web" },
		{ "/lxc.payload.web-1/init.scope", "lxc:web-1" },
		{ "/lxc.payload/web", "lxc:web" },
		{ "/machine.slice/machine-debian.scope/payload/system.slice/ssh.service",
		  "machine:debian" },
		{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
		  "machine:qemu-1-vm" },
		{ "/machine.slice/systemd-nspawn@build.service/payload", "machine:build" },
	};

	(void)state;
	CHECK(samples);
}

static void test_cgroupname_pod_has_its_uid_and_container(void **state)
{
	static const struct sample samples[] = {
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_
		  ".slice/cri-containerd-" HEX ".scope",
		  "pod:" POD "/4f2a61c0ee5b" },
		{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_
		  ".slice/crio-" HEX ".scope/container",
		  "pod:" POD "/4f2a61c0ee5b" },
		{ "/kubepods.slice/kubepods-pod" POD_ ".slice/docker-" HEX ".scope",
		  "pod:" POD "/4f2a61c0ee5b" },
		{ "/kubepods.slice/kubepods-pod" POD_ ".slice", "pod:" POD },
		{ "/kubepods/burstable/pod" POD "/" HEX, "pod:" POD "/4f2a61c0ee5b" },
		{ "/kubepods/pod" POD "/" HEX, "pod:" POD "/4f2a61c0ee5b" },
		{ "/kubepods/besteffort/pod" HASH "/crio-" HEX, "pod:" HASH "/4f2a61c0ee5b" },
		{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_
		  ".slice:cri-containerd:" HEX,
		  "pod:" POD "/4f2a61c0ee5b" },
		/* kind: the node is a container */
		{ "/system.slice/docker-" HEX2 ".scope/kubelet.slice/kubelet-kubepods.slice/"
		  "kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" POD_
		  ".slice/cri-containerd-" HEX ".scope",
		  "pod:" POD "/4f2a61c0ee5b" },
		{ "/docker/" HEX2 "/kubelet/kubepods/besteffort/pod" POD, "pod:" POD },
		/* not the kubelet's */
		{ "/home/pod" POD, NULL },
	};

	(void)state;
	CHECK(samples);
}

static void test_cgroupname_hostile_paths_say_nothing_or_a_unit(void **state)
{
	static const struct sample samples[] = {
		{ "/.service", NULL },
		{ "/.scope/.slice", NULL },
		{ "///", NULL },
		{ "//system.slice///a.service//", "a.service" },
		{ "system.slice/a.service", "a.service" },
		{ "...tem.slice/a.service", "a.service" },
		{ "/docker-.scope", "docker-.scope" },
		{ "/docker-0123.scope", "docker-0123.scope" },
		{ "/docker/" HEX "0", NULL },
		{ "/docker/4F2A61C0EE5B8D3B0F8D1C6A8F3E5D7C9B1A2F4E6D8C0B9A7F5E3D1C2B4A6F8E",
		  NULL },
		{ "/machine-.scope", "machine-.scope" },
		{ "/machine-a\\x00b\\x2.scope", "machine:a\\x00b\\x2" },
		{ "/machine-\\x.scope", "machine:\\x" },
		{ "/lxc.payload.", NULL },
		{ "/kubepods/pod", NULL },
		{ "/kubepods/podpodpod.slice", NULL },
		{ "/kubepods/pod8f1e0c5a-9d4b-4c6e-b7a2-3d5f6e7a8b9", NULL },
		{ "/::" HEX, "container:4f2a61c0ee5b" },
		{ "/:" HEX, NULL },
		{ "/a\n\033[2Jb.service", "a\n\033[2Jb.service" },
	};

	(void)state;
	CHECK(samples);
}

static void test_cgroupname_container_is_no_unit(void **state)
{
	char out[64];

	(void)state;
	assert_true(cgroupname_container("/docker/" HEX, out, sizeof(out)));
	assert_string_equal(out, "docker:4f2a61c0ee5b");
	assert_true(cgroupname_container(USER "/user.slice/libpod-" HEX ".scope", out,
					 sizeof(out)));
	assert_string_equal(out, "podman:4f2a61c0ee5b");
	assert_true(cgroupname_container("/kubepods/pod" POD, out, sizeof(out)));
	assert_false(cgroupname_container("/system.slice/nginx.service", out, sizeof(out)));
	assert_false(cgroupname_container("/", out, sizeof(out)));
}

static void test_cgroupname_never_writes_more_than_it_may(void **state)
{
	static const char *const paths[] = {
		"/system.slice/nginx.service", "/docker/" HEX, "/kubepods/pod" POD "/" HEX,
		"/machine-qemu\\x2d1.scope",
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		for (size_t size = 1; size < sizeof(out); size++) {
			memset(out, '?', sizeof(out));
			assert_true(cgroupname(paths[i], out, size));
			assert_true(strlen(out) < size);
			assert_int_equal(out[size], '?');
		}
	}
}

static void test_cgroupname_long_names_are_cut(void **state)
{
	char path[4096] = "/lxc/", out[32];

	(void)state;
	memset(path + 5, 'x', sizeof(path) - 6);
	assert_true(cgroupname(path, out, sizeof(out)));
	assert_string_equal(out, "lxc:xxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroupname_systemd_unit_is_the_last_one),
		cmocka_unit_test(test_cgroupname_container_is_known_by_its_runtimes_habit),
		cmocka_unit_test(test_cgroupname_pod_has_its_uid_and_container),
		cmocka_unit_test(test_cgroupname_hostile_paths_say_nothing_or_a_unit),
		cmocka_unit_test(test_cgroupname_container_is_no_unit),
		cmocka_unit_test(test_cgroupname_never_writes_more_than_it_may),
		cmocka_unit_test(test_cgroupname_long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
