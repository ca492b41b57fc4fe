#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: what packets say of a connection, over a cable that loses, holds back and delays them as it is told (pipe.py): what the
# sender's tap says is what its kernel counted; what the receiver's tap says tells loss from mere disorder.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

[[ -r /dev/net/tun && -w /dev/net/tun ]] || skip_all "there is no /dev/net/tun"

pipes=0

# pipe WORD...: the N-th cable between "left" (10.9.N.1) and "right" (10.9.N.2). Sets $net to 10.9.N, and $client and $server to
# the rows of the two ends of a connection to port 700N.
pipe()
{
	local in out

	pipes=$((pipes + 1))
	net=10.9.$pipes
	client=".proto == \"tcp\" and .rport == 700$pipes and .state == \"ESTABLISHED\""
	server=".proto == \"tcp\" and .lport == 700$pipes and .state == \"ESTABLISHED\""
	mkfifo "$dir/pipe$pipes.in" "$dir/pipe$pipes.out"
	"$python" "$here/pipe.py" "${live_ns[left]}" "l$pipes" "${live_ns[right]}" "r$pipes" "$@" \
		<"$dir/pipe$pipes.in" >"$dir/pipe$pipes.out" 2>"$dir/pipe.err" &
	live_pids+=($!)
	exec {in}>"$dir/pipe$pipes.in" {out}<"$dir/pipe$pipes.out"
	pipe_in=$in pipe_out=$out
	read -r -t 20 _ <&"$out" || bail "no pipe: $(cat "$dir/pipe.err")"
	in_ns left ip addr add "$net.1/24" dev "l$pipes"
	in_ns right ip addr add "$net.2/24" dev "r$pipes"
	in_ns left ip link set "l$pipes" up
	in_ns right ip link set "r$pipes" up
}

# Sets $did to what the pipe did, after its end.
pipe_ends()
{
	exec {pipe_in}>&-
	read -r -t 20 did <&"$pipe_out" || did="the pipe does not end"
}

# transfer BYTES: from left to right, until all is read.
transfer()
{
	do_all right <<-END
		tcp l$pipes
		bind l$pipes $net.2 700$pipes
		listen l$pipes 4
	END
	do_all left <<-END
		tcp c$pipes
		connect c$pipes $net.2 700$pipes
	END
	do_all right <<<"accept s$pipes l$pipes"
	tell right recv "s$pipes" "$1"
	do_all left <<<"send c$pipes $1"
	answer right >/dev/null || bail "the transfer failed"
}

# both_ends NAME: a monitor at each end; ended by end_both.
both_ends()
{
	monitor "$1-left" left
	left_pid=$monitor_pid
	monitor "$1-right" right
	right_pid=$monitor_pid
}

end_both()
{
	next "$1-left"
	next "$1-right"
	monitor_pid=$left_pid
	stop "$1-left"
	monitor_pid=$right_pid
	stop "$1-right"
}

# What a clean connection has none of.
clean()
{
	equal "$1: wire_ooo" "$(row "$1" "$2" .wire_ooo)" 0
	equal "$1: wire_zero_window" "$(row "$1" "$2" .wire_zero_window)" 0
}

test_loss()
{
	local sent_again

	pipe delay=10 lose=5,9,30
	both_ends loss
	transfer 300000
	end_both loss
	sent_again=$(row loss-left "$client" .tcp_info.total_retrans)
	pipe_ends
	result "the cable lost three segments" "$([[ $did == "lost=3 "* ]] || echo "$did")"
	result "loss: the sender's tap counts what its kernel sent again" "$(
		equal tx_retrans "$(row loss-left "$client" .tx_retrans)" "$sent_again"
		((sent_again >= 3)) || echo "the kernel sent $sent_again again"
		clean loss-left "$client")"
	result "loss: the receiver's tap takes what came late for sent again, not for disorder" "$(
		equal rx_ooo "$(row loss-right "$server" .rx_ooo)" 0
		equal "rx_retrans of three or more" "$(row loss-right "$server" '.rx_retrans >= 3')" true)"
	result "the handshake took what the cable takes" "$(
		between synack_time "$(row loss-left "$client" .synack_time)" 20000
		between wire_rtt "$(row loss-left "$client" .wire_rtt)" 20000)"
	result "loss: both taps saw the whole of it" "$(
		equal "history begins" "$(row loss-left "$client" '.history[:3]')" ShA
		equal "seen at the left" "$(row loss-left "$client" .seen)" 100
		equal "seen at the right" "$(row loss-right "$server" .seen)" 100)"
}

# At least MIN, and no absurd amount more: the machine may be slow.
between()
{
	local whole=${2%%.*}

	[[ $whole =~ ^[0-9]+$ ]] && ((whole >= $3 && whole < $3 * 20)) || echo "$1 is \"$2\", wanted $3 or somewhat more"
}

test_disorder()
{
	local sent_again

	pipe delay=30 hold=3,5,7:3
	both_ends disorder
	transfer 300000
	end_both disorder
	sent_again=$(row disorder-left "$client" .tcp_info.total_retrans)
	pipe_ends
	result "the cable held three segments back" "$([[ $did == *" late=3 "* ]] || echo "$did")"
	result "disorder: the sender's tap sees none" "$(
		equal tx_retrans "$(row disorder-left "$client" .tx_retrans)" "$sent_again"
		clean disorder-left "$client")"
	result "disorder: the receiver's tap counts three out of order, and none sent again" "$(
		equal rx_ooo "$(row disorder-right "$server" .rx_ooo)" 3
		equal rx_retrans "$(row disorder-right "$server" .rx_retrans)" "$sent_again")"
}

test_window()
{
	pipe
	monitor window left
	do_all right <<-END
		tcp lw
		option lw 1 8 4096
		bind lw $net.2 700$pipes
		listen lw 4
	END
	do_all left <<-END
		tcp cw
		connect cw $net.2 700$pipes
		nonblock cw
	END
	do_all right <<<"accept sw lw"
	ask left send cw 4000000 >/dev/null 2>&1    # stops where there is no room left
	within 20 window_closed || bail "the window does not close"
	stop window
	pipe_ends
	result "a peer that does not read closes its window, and the wire says so" "$(
		equal "times closed" "$(row window "$client" '[.rx_zero_window, .wire_zero_window] | min >= 1')" true)"
}

window_closed()
{
	next window 1
	[[ $(row window "$client" '[.rx_zero_window, .wire_zero_window] | min >= 1') == true ]]
}

# Nobody listens: TCP is told by RST, UDP by ICMP.
test_refused()
{
	pipe
	monitor refused left
	do_all left <<-END
		udp u
		sendto u $net.2 7099 10
	END
	ask left tcp t >/dev/null
	ask left connect t "$net.2" 7098 >/dev/null 2>&1
	next refused
	stop refused
	pipe_ends
	result "an attempt at TCP was refused" "$(
		equal wire_state "$(row refused '.proto == "tcp" and .rport == 7098' .wire_state)" REFUSED)"
	result "a datagram was answered by ICMP, which is about its flow" "$(
		equal wire_state "$(row refused '.proto == "udp" and .rport == 7099' .wire_state)" REFUSED
		equal icmp_error "$(row refused '.proto == "udp" and .rport == 7099' .icmp_error)" port-unreachable)"
}

new_ns left
new_ns right
actor left left
actor right right
test_loss
test_disorder
test_window
test_refused
live_plan
