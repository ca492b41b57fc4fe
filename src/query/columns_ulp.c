/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_ulp: what is layered over a TCP socket: kernel TLS, MPTCP; and struct mptcp_info of an
 * MPTCP socket, under the kernel's names (linux/tls.h, linux/mptcp.h).
 *
 * Owns no state.
 */
#include <stdio.h>

#include "query/columns_parts.h"
#include "query/field.h"

static const struct ulpmore *ulp_of(const struct row *r)
{
	return r->more && r->more->kind == MORE_ULP ? &r->more->ulp : NULL;
}

static bool get_ulp(const struct column *c, const struct row *r, struct value *v)
{
	const struct ulpmore *ulp = ulp_of(r);

	(void)c;
	if (!ulp || !ulp->name[0])
		return false;
	v->text = ulp->name;
	return true;
}

static const struct ulpmore *tls_of(const struct row *r)
{
	const struct ulpmore *ulp = ulp_of(r);

	return ulp && ulp->has_tls ? ulp : NULL;
}

static bool set_number(struct value *v, unsigned n)
{
	snprintf(v->buf, sizeof(v->buf), "0x%04x", n);
	v->text = v->buf;
	return true;
}

static bool get_tls_version(const struct column *c, const struct row *r, struct value *v)
{
	const struct ulpmore *tls = tls_of(r);

	(void)c;
	if (!tls || !tls->tls_version)
		return false;
	if (tls->tls_version != 0x0303 && tls->tls_version != 0x0304)
		return set_number(v, tls->tls_version);
	v->text = tls->tls_version == 0x0303 ? "1.2" : "1.3";
	return true;
}

/* The words of ss, from TLS_CIPHER_AES_GCM_128 on. */
static bool get_tls_cipher(const struct column *c, const struct row *r, struct value *v)
{
	enum { FIRST = 51 };
	static const char *const words[] = {
		"aes-gcm-128", "aes-gcm-256", "aes-ccm-128",  "chacha20-poly1305",
		"sm4-gcm",     "sm4-ccm",     "aria-gcm-128", "aria-gcm-256",
	};
	const struct ulpmore *tls = tls_of(r);
	unsigned word;

	(void)c;
	if (!tls || !tls->tls_cipher)
		return false;
	word = tls->tls_cipher - FIRST;
	if (word >= sizeof(words) / sizeof(words[0]))
		return set_number(v, tls->tls_cipher);
	v->text = words[word];
	return true;
}

/* TLS_CONF_*: who encrypts. arg: the receiving side. */
static bool get_tls_conf(const struct column *c, const struct row *r, struct value *v)
{
	static const char *const words[] = { NULL, "none", "sw", "hw", "hw-record" };
	const struct ulpmore *tls = tls_of(r);
	unsigned conf;

	if (!tls)
		return false;
	conf = c->arg ? tls->tls_rxconf : tls->tls_txconf;
	if (conf >= sizeof(words) / sizeof(words[0]))
		return set_number(v, conf);
	v->text = words[conf];
	return v->text;
}

static bool get_tls_flag(const struct column *c, const struct row *r, struct value *v)
{
	const struct ulpmore *tls = tls_of(r);

	if (!tls)
		return false;
	v->u64 = c->arg ? tls->tls_rx_no_pad : tls->tls_zc_sendfile;
	return true;
}

static bool get_subflow(const struct column *c, const struct row *r, struct value *v)
{
	const struct ulpmore *ulp = ulp_of(r);

	return ulp && ulp->has_mptcp && field_get(ulp, sizeof(*ulp), c->arg, &v->u64);
}

/* The letters of ss, in the order of the bits MPTCP_SUBFLOW_FLAG_*. */
static bool get_subflow_flags(const struct column *c, const struct row *r, struct value *v)
{
	static const char letters[] = "MmJjBbecv";
	const struct ulpmore *ulp = ulp_of(r);
	unsigned len = 0;

	(void)c;
	if (!ulp || !ulp->has_mptcp)
		return false;
	for (unsigned bit = 0; bit < sizeof(letters) - 1; bit++) {
		if (ulp->mptcp_flags & 1u << bit)
			v->buf[len++] = letters[bit];
	}
	v->buf[len] = '\0';
	v->text = v->buf;
	return len != 0;
}

static bool get_mptcp(const struct column *c, const struct row *r, struct value *v)
{
	if (!r->more || r->more->kind != MORE_MPTCP)
		return false;
	return field_get(&r->more->mptcp.info, r->more->mptcp.len, c->arg, &v->u64);
}

static const struct column tls_rows[] = {
	{ "ulp", "ulp", "ULP", "what is layered over TCP: tls, mptcp, espintcp", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 6, 0, get_ulp, NEED_INFO, OF_ULP },
	{ "tls_version", "tls.version", "TLS", "version of kernel TLS: 1.2, 1.3", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 3, 0, get_tls_version, NEED_INFO, OF_ULP },
	{ "tls_cipher", "tls.cipher", "CIPHER", "its cipher, as ss: aes-gcm-128", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 11, 0, get_tls_cipher, NEED_INFO, OF_ULP },
	{ "tls_tx", "tls.tx", "TLSTX", "who encrypts: none, sw, hw, hw-record", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 5, false, get_tls_conf, NEED_INFO, OF_ULP },
	{ "tls_rx", "tls.rx", "TLSRX", "who decrypts: none, sw, hw, hw-record", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 5, true, get_tls_conf, NEED_INFO, OF_ULP },
	{ "tls_zc_ro_tx", "tls.zc_ro_tx", "TLSZC", "files are sent without a copy", VT_BOOL,
	  UNIT_NONE, SCOPE_KERNEL, 5, false, get_tls_flag, NEED_INFO, OF_ULP },
	{ "tls_no_pad_rx", "tls.no_pad_rx", "NOPAD", "no padding is expected of TLS 1.3", VT_BOOL,
	  UNIT_NONE, SCOPE_KERNEL, 5, true, get_tls_flag, NEED_INFO, OF_ULP },
};

/* The member of struct ulpmore has a prefix that the key has not. */
#define SUBFLOW(field, member, title, type, flags, help)                                           \
	{                                                                                          \
		"subflow_" field, "subflow." field, title, help, type, UNIT_NONE, SCOPE_KERNEL, 8, \
			FIELD_OF(struct ulpmore, mptcp_##member) | (flags), get_subflow,           \
			NEED_INFO, OF_ULP                                                          \
	}

static const struct column subflow_rows[] = {
	{ "subflow_flags", "subflow.flags", "SUBFLAG",
	  "as ss: Mm capable, Jj joined, Bb backup, e established, v mapped", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 7, 0, get_subflow_flags, NEED_INFO, OF_ULP },
	SUBFLOW("token_rem", token_rem, "TOKREM", VT_HEX, FIELD_ZERO, "the peer's token"),
	SUBFLOW("token_loc", token_loc, "TOKLOC", VT_HEX, FIELD_ZERO, "our token"),
	SUBFLOW("id_rem", id_rem, "IDREM", VT_UINT, 0, "number of the peer's address"),
	SUBFLOW("id_loc", id_loc, "IDLOC", VT_UINT, 0, "number of our address"),
	SUBFLOW("relwrite_seq", relwrite_seq, "RELSEQ", VT_UINT, 0, "bytes of the connection sent"),
	SUBFLOW("map_seq", map_seq, "MAPSEQ", VT_HEX, 0, "data sequence of the last mapping"),
	SUBFLOW("map_sfseq", map_sfseq, "SFSEQ", VT_UINT, 0, "its place in the subflow"),
	SUBFLOW("ssn_offset", ssn_offset, "SSNOFF", VT_UINT, 0, "offset of sequence numbers"),
	SUBFLOW("map_data_len", map_datalen, "MAPLEN", VT_UINT, 0, "length of the last mapping"),
};

#define MPTCP(field, title, type, unit, help)                                               \
	{                                                                                   \
		"mptcp_" #field, "mptcp." #field, title, help, type, unit, SCOPE_KERNEL, 7, \
			FIELD_OF(struct mptcpinfo, field), get_mptcp, NEED_INFO, OF_MPTCP   \
	}
#define COUNT(field, title, help) MPTCP(field, title, VT_UINT, UNIT_COUNT, help)
#define BYTES(field, title, help) MPTCP(field, title, VT_UINT, UNIT_BYTES, help)
#define MSECS(field, title, help) MPTCP(field, title, VT_UINT, UNIT_MS, help)

static const struct column mptcp_rows[] = {
	COUNT(subflows, "SUBFLW", "subflows beside the first"),
	COUNT(subflows_total, "SUBTOT", "subflows, the first included"),
	COUNT(subflows_max, "SUBMAX", "limit of subflows"),
	COUNT(add_addr_signal, "ADDSIG", "addresses announced"),
	COUNT(add_addr_accepted, "ADDACC", "addresses of the peer's that were taken"),
	COUNT(add_addr_signal_max, "SIGMAX", "limit of addresses announced"),
	COUNT(add_addr_accepted_max, "ACCMAX", "limit of addresses taken"),
	COUNT(local_addr_used, "ADDRS", "addresses of ours in use"),
	COUNT(local_addr_max, "ADRMAX", "limit of these"),
	COUNT(endp_laminar_max, "LAMMAX", "limit of laminar endpoints"),
	COUNT(endp_fullmesh_max, "MESHMX", "limit of fullmesh endpoints"),
	MPTCP(flags, "MPFLAGS", VT_HEX, UNIT_NONE, "1 fell back to TCP, 2 has the peer's key"),
	MPTCP(token, "TOKEN", VT_HEX, UNIT_NONE, "token of the connection"),
	MPTCP(write_seq, "WSEQ", VT_HEX, UNIT_NONE, "data sequence of the next byte to write"),
	MPTCP(snd_una, "UNA", VT_HEX, UNIT_NONE, "data sequence of the first byte not acked"),
	MPTCP(rcv_nxt, "RNXT", VT_HEX, UNIT_NONE, "data sequence of the next byte to come"),
	MPTCP(csum_enabled, "CSUM", VT_BOOL, UNIT_NONE, "data has checksums"),
	COUNT(retransmits, "MPRTX", "retransmissions"),
	BYTES(bytes_retrans, "MPRETR", "bytes retransmitted"),
	BYTES(bytes_sent, "MPSENT", "bytes sent, on all subflows"),
	BYTES(bytes_received, "MPRCVD", "bytes received, on all subflows"),
	BYTES(bytes_acked, "MPACK", "bytes the peer has acknowledged"),
	MSECS(last_data_sent, "MPLSND", "since data was sent last"),
	MSECS(last_data_recv, "MPLRCV", "since data was received last"),
	MSECS(last_ack_recv, "MPLACK", "since an acknowledgement was received last"),
};

const struct columnpart columns_tls = COLUMNPART(tls_rows);
const struct columnpart columns_subflow = COLUMNPART(subflow_rows);
const struct columnpart columns_mptcp = COLUMNPART(mptcp_rows);
