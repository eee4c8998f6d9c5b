using System.Runtime.InteropServices;
using Sereno.Linux.Headers;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What ss -i tells of a TCP socket: tcp_info, its congestion control, its keys, what is layered on it.</summary>
internal sealed class TcpInfoText(SsOptions options, Action<ReadOnlySpan<byte>> writeAhead)
{
    // A timeout that the kernel has set before anything was measured; it says nothing (TCP_TIMEOUT_INIT of old, in microseconds).
    private const uint InitialTimeout = 3_000_000;
    private const uint NoRoundTrip = 0x7FFFFFFF, NoThreshold = 0xFFFF, UsualReordering = 3;

    // tcpm_addr and tcpm_key in struct tcp_diag_md5sig.
    private const int Md5AddressAt = 4, Md5KeyAt = 20;

    public void Write(Utf8Buffer cell, TcpState state, ReadOnlySpan<byte> attributes)
    {
        if (AttributeReader.Has(attributes, InetDiag.AttributeInformation, out var bytes))
        {
            Complete(bytes, out libc.tcp_info info);
            WriteConnection(cell, info, attributes);
            WriteTraffic(cell, info);
            WriteCongestion(cell, info, attributes);
            WriteRates(cell, info, attributes);
            WriteLosses(cell, info, state);
        }
        if (AttributeReader.Has(attributes, InetDiag.AttributeMd5, out var keys))
            WriteKeys(cell, keys);
        if (AttributeReader.Has(attributes, InetDiag.AttributeUpperLayer, out var layer))
            UpperLayerText.Write(cell, layer);
    }

    /// <summary>INET_DIAG_MEMINFO, of kernels that don't know better.</summary>
    public static void WriteOldMemory(Utf8Buffer cell, ReadOnlySpan<byte> attribute)
    {
        Complete(attribute, out (uint Receive, uint Send, uint Forward, uint Transmit) memory);
        Number(cell, " mem:(r"u8, memory.Receive);
        Number(cell, ",w"u8, memory.Send);
        Number(cell, ",f"u8, memory.Forward);
        Number(cell, ",t"u8, memory.Transmit);
        cell.Append(')');
    }

    /// <summary>The few figures at the end of a line of /proc/net/tcp, as ss words them.</summary>
    public static void WriteFromText(Utf8Buffer cell, in ProcInetDetail text, int count)
    {
        const int hz = 1000 / ProcInet.TickMilliseconds;
        bool whole = text.CongestionWindow != 0; // TIME-WAIT's and SYN-RECV's lines end before
        if (whole && text.RetransmitTimeout != 0 && text.RetransmitTimeout != 3 * hz)
            Milli(cell, " rto:"u8, (double)text.RetransmitTimeout / hz);
        if (text.AckTimeout != 0)
            Milli(cell, " ato:"u8, (double)text.AckTimeout / hz);
        int quick = (int)text.QuickAck / 2;
        if (quick != 0)
            Signed(cell, " qack:"u8, quick);
        if ((quick & 1) != 0)
            cell.Append(" bidir"u8);
        Some(cell, " cwnd:"u8, whole ? text.CongestionWindow : 2);
        if (whole && text.SlowStartThreshold is not (-1 or 0))
            Signed(cell, " ssthresh:"u8, text.SlowStartThreshold);
        if (count != 0)
        {
            Number(cell, " retrans:"u8, (uint)count);
            cell.Append("/0"u8);
        }
        cell.Append(" reordering:0"u8);
    }

    /// <summary>Reads a struct from an attribute of whatever length: what a kernel doesn't send is zero.</summary>
    internal static void Complete<T>(ReadOnlySpan<byte> bytes, out T value) where T : unmanaged
    {
        value = default;
        var target = MemoryMarshal.AsBytes(new Span<T>(ref value));
        bytes[..Math.Min(bytes.Length, target.Length)].CopyTo(target);
    }

    internal static void Some(Utf8Buffer cell, ReadOnlySpan<byte> name, uint figure)
    {
        if (figure != 0)
            Number(cell, name, figure);
    }

    internal static void Some(Utf8Buffer cell, ReadOnlySpan<byte> name, ulong figure)
    {
        if (figure == 0)
            return;
        cell.Append(name);
        cell.Append(figure);
    }

    private static void Number(Utf8Buffer cell, ReadOnlySpan<byte> name, uint figure)
    {
        cell.Append(name);
        cell.Append(figure);
    }

    private static void Signed(Utf8Buffer cell, ReadOnlySpan<byte> name, int figure)
    {
        if (figure == 0)
            return;
        cell.Append(name);
        cell.Append(figure);
    }

    private static void Milli(Utf8Buffer cell, ReadOnlySpan<byte> name, double figure)
    {
        cell.Append(name);
        cell.AppendGeneral(figure);
    }

    private static void Micro(Utf8Buffer cell, ReadOnlySpan<byte> name, uint microseconds)
    {
        if (microseconds != 0)
            Milli(cell, name, (double)microseconds / 1000);
    }

    private void WriteConnection(Utf8Buffer cell, in libc.tcp_info info, ReadOnlySpan<byte> attributes)
    {
        if (options.Timers)
        {
            Flag(cell, " ts"u8, info.tcpi_options, libc.TCPI_OPT_TIMESTAMPS);
            Flag(cell, " sack"u8, info.tcpi_options, libc.TCPI_OPT_SACK);
            Flag(cell, " ecn"u8, info.tcpi_options, libc.TCPI_OPT_ECN);
            Flag(cell, " ecnseen"u8, info.tcpi_options, libc.TCPI_OPT_ECN_SEEN);
            Flag(cell, " fastopen"u8, info.tcpi_options, libc.TCPI_OPT_SYN_DATA);
        }
        var congestion = UpperLayerText.Text(AttributeReader.Find(attributes, InetDiag.AttributeCongestion), maxLength: 15);
        if (!congestion.IsEmpty)
        {
            cell.Append(' ');
            cell.Append(congestion);
        }
        if ((info.tcpi_options & libc.TCPI_OPT_WSCALE) != 0)
        {
            Number(cell, " wscale:"u8, info._wscale & 0xFu);
            Number(cell, ","u8, (uint)info._wscale >> 4);
        }
        if (info.tcpi_rto != InitialTimeout)
            Micro(cell, " rto:"u8, info.tcpi_rto);
        Some(cell, " backoff:"u8, info.tcpi_backoff);
        if (info.tcpi_rtt != 0)
        {
            Micro(cell, " rtt:"u8, info.tcpi_rtt);
            Milli(cell, "/"u8, (double)info.tcpi_rttvar / 1000);
        }
        Micro(cell, " ato:"u8, info.tcpi_ato);
        Signed(cell, " mss:"u8, (int)info.tcpi_snd_mss);
        Some(cell, " pmtu:"u8, info.tcpi_pmtu);
        Signed(cell, " rcvmss:"u8, (int)info.tcpi_rcv_mss);
        Signed(cell, " advmss:"u8, (int)info.tcpi_advmss);
        Some(cell, " cwnd:"u8, info.tcpi_snd_cwnd);
        if (info.tcpi_snd_ssthresh < NoThreshold)
            Some(cell, " ssthresh:"u8, info.tcpi_snd_ssthresh);
    }

    private static void Flag(Utf8Buffer cell, ReadOnlySpan<byte> name, byte options, int flag)
    {
        if ((options & flag) != 0)
            cell.Append(name);
    }

    private static void WriteTraffic(Utf8Buffer cell, in libc.tcp_info info)
    {
        Some(cell, " bytes_sent:"u8, info.tcpi_bytes_sent);
        Some(cell, " bytes_retrans:"u8, info.tcpi_bytes_retrans);
        Some(cell, " bytes_acked:"u8, info.tcpi_bytes_acked);
        Some(cell, " bytes_received:"u8, info.tcpi_bytes_received);
        Some(cell, " segs_out:"u8, info.tcpi_segs_out);
        Some(cell, " segs_in:"u8, info.tcpi_segs_in);
        Some(cell, " data_segs_out:"u8, info.tcpi_data_segs_out);
        Some(cell, " data_segs_in:"u8, info.tcpi_data_segs_in);
    }

    private void WriteCongestion(Utf8Buffer cell, in libc.tcp_info info, ReadOnlySpan<byte> attributes)
    {
        if (AttributeReader.Has(attributes, InetDiag.AttributeDctcp, out var bytes))
        {
            Complete(bytes, out libc.tcp_dctcp_info dctcp);
            if (dctcp.dctcp_enabled == 0)
                cell.Append(" dctcp:fallback_mode"u8);
            else
            {
                Number(cell, " dctcp:(ce_state:"u8, dctcp.dctcp_ce_state);
                Number(cell, ",alpha:"u8, dctcp.dctcp_alpha);
                Number(cell, ",ab_ecn:"u8, dctcp.dctcp_ab_ecn);
                Number(cell, ",ab_tot:"u8, dctcp.dctcp_ab_tot);
                cell.Append(')');
            }
        }
        if (!AttributeReader.Has(attributes, InetDiag.AttributeBbr, out bytes))
            return;
        Complete(bytes, out libc.tcp_bbr_info bbr);
        cell.Append(" bbr:(bw:"u8);
        WriteRate(cell, ((ulong)bbr.bbr_bw_hi << 32 | bbr.bbr_bw_lo) * 8.0);
        Milli(cell, ",mrtt:"u8, (double)bbr.bbr_min_rtt / 1000.0);
        if (bbr.bbr_pacing_gain != 0)
            Milli(cell, ",pacing_gain:"u8, bbr.bbr_pacing_gain / 256.0);
        if (bbr.bbr_cwnd_gain != 0)
            Milli(cell, ",cwnd_gain:"u8, bbr.bbr_cwnd_gain / 256.0);
        cell.Append(')');
    }

    private void WriteRates(Utf8Buffer cell, in libc.tcp_info info, ReadOnlySpan<byte> attributes)
    {
        double roundTrip = info.tcpi_rtt;
        if (AttributeReader.Has(attributes, InetDiag.AttributeVegas, out var bytes))
        {
            Complete(bytes, out libc.tcpvegas_info vegas);
            if (vegas.tcpv_enabled != 0 && vegas.tcpv_rtt is not (0 or NoRoundTrip))
                roundTrip = vegas.tcpv_rtt;
        }
        if (roundTrip > 0 && info.tcpi_snd_mss != 0 && info.tcpi_snd_cwnd != 0)
            Rate(cell, " send "u8, info.tcpi_snd_cwnd * (double)info.tcpi_snd_mss * 8000000.0 / roundTrip);
        Some(cell, " lastsnd:"u8, info.tcpi_last_data_sent);
        Some(cell, " lastrcv:"u8, info.tcpi_last_data_recv);
        Some(cell, " lastack:"u8, info.tcpi_last_ack_recv);
        if (info.tcpi_pacing_rate is not (0 or ulong.MaxValue))
        {
            Rate(cell, " pacing_rate "u8, info.tcpi_pacing_rate * 8.0);
            if (info.tcpi_max_pacing_rate is not (0 or ulong.MaxValue))
                Rate(cell, "/"u8, info.tcpi_max_pacing_rate * 8.0);
        }
        if (info.tcpi_delivery_rate != 0)
            Rate(cell, " delivery_rate "u8, info.tcpi_delivery_rate * 8.0);
        Some(cell, " delivered:"u8, info.tcpi_delivered);
        Some(cell, " delivered_ce:"u8, info.tcpi_delivered_ce);
        Flag(cell, " app_limited"u8, info._flags, 1);
        if (info.tcpi_busy_time == 0)
            return;
        Busy(cell, " busy:"u8, info.tcpi_busy_time);
        WriteShare(cell, " rwnd_limited:"u8, info.tcpi_rwnd_limited, info.tcpi_busy_time);
        WriteShare(cell, " sndbuf_limited:"u8, info.tcpi_sndbuf_limited, info.tcpi_busy_time);
    }

    private static void WriteLosses(Utf8Buffer cell, in libc.tcp_info info, TcpState state)
    {
        Some(cell, " unacked:"u8, info.tcpi_unacked);
        if (info.tcpi_retrans != 0 || info.tcpi_total_retrans != 0)
        {
            Number(cell, " retrans:"u8, info.tcpi_retrans);
            Number(cell, "/"u8, info.tcpi_total_retrans);
        }
        Some(cell, " lost:"u8, info.tcpi_lost);
        if (state != TcpState.Listen)
            Some(cell, " sacked:"u8, info.tcpi_sacked);
        Some(cell, " dsack_dups:"u8, info.tcpi_dsack_dups);
        Some(cell, " fackets:"u8, info.tcpi_fackets);
        if (info.tcpi_reordering != UsualReordering)
        {
            cell.Append(" reordering:"u8);
            cell.Append((int)info.tcpi_reordering);
        }
        Signed(cell, " reord_seen:"u8, (int)info.tcpi_reord_seen);
        Micro(cell, " rcv_rtt:"u8, info.tcpi_rcv_rtt);
        Signed(cell, " rcv_space:"u8, (int)info.tcpi_rcv_space);
        Some(cell, " rcv_ssthresh:"u8, info.tcpi_rcv_ssthresh);
        Some(cell, " notsent:"u8, info.tcpi_notsent_bytes);
        if (info.tcpi_min_rtt != uint.MaxValue)
            Micro(cell, " minrtt:"u8, info.tcpi_min_rtt);
        Some(cell, " rcv_ooopack:"u8, info.tcpi_rcv_ooopack);
        Some(cell, " snd_wnd:"u8, info.tcpi_snd_wnd);
    }

    private void Rate(Utf8Buffer cell, ReadOnlySpan<byte> name, double bitsPerSecond)
    {
        cell.Append(name);
        WriteRate(cell, bitsPerSecond);
    }

    private void WriteRate(Utf8Buffer cell, double bitsPerSecond)
    {
        if (options.Numeric)
            cell.AppendFixed(bitsPerSecond, 0);
        else if (bitsPerSecond < 1e3)
            cell.AppendGeneral(bitsPerSecond);
        else
        {
            (double unit, char letter) = bitsPerSecond >= 1e12 ? (1e12, 'T') : bitsPerSecond >= 1e9 ? (1e9, 'G') : bitsPerSecond >= 1e6 ? (1e6, 'M') : (1e3, 'k');
            cell.AppendGeneral(bitsPerSecond / unit, 3);
            cell.Append(letter);
        }
        cell.Append("bps"u8);
    }

    private static void Busy(Utf8Buffer cell, ReadOnlySpan<byte> name, ulong microseconds)
    {
        cell.Append(name);
        cell.Append(microseconds / 1000);
        cell.Append("ms"u8);
    }

    private static void WriteShare(Utf8Buffer cell, ReadOnlySpan<byte> name, ulong microseconds, ulong busy)
    {
        if (microseconds == 0)
            return;
        Busy(cell, name, microseconds);
        cell.Append('(');
        cell.AppendFixed(100.0 * microseconds / busy, 1);
        cell.Append("%)"u8);
    }

    // The peers stand in the row; the keys themselves ss 6.1 sends straight to standard output, before its table.
    private void WriteKeys(Utf8Buffer cell, ReadOnlySpan<byte> attribute)
    {
        cell.Append(" md5keys:"u8);
        var escaped = new Utf8Buffer(128);
        for (bool first = true; attribute.Length >= Md5KeyAt + libc.TCP_MD5SIG_MAXKEYLEN; attribute = attribute[(Md5KeyAt + libc.TCP_MD5SIG_MAXKEYLEN)..], first = false)
        {
            Complete(attribute, out libc.tcp_diag_md5sig signature);
            if (!first)
                cell.Append(',');
            cell.Append(InetAddress.FromBytes(attribute.Slice(Md5AddressAt, signature.tcpm_family == InetDiag.AfInet6 ? 16 : 4)));
            cell.Append('/');
            cell.Append(signature.tcpm_prefixlen);
            cell.Append('=');
            Escape(escaped, attribute.Slice(Md5KeyAt, Math.Min(signature.tcpm_keylen, (ushort)libc.TCP_MD5SIG_MAXKEYLEN)));
        }
        writeAhead(escaped.Written);
    }

    private static void Escape(Utf8Buffer text, ReadOnlySpan<byte> key)
    {
        foreach (byte b in key)
            if (b is > 0x20 and < 0x7F and not ((byte)'\\' or (byte)','))
                text.Append((char)b);
            else
            {
                text.Append('\\');
                text.Append((char)('0' + (b >> 6)));
                text.Append((char)('0' + (b >> 3 & 7)));
                text.Append((char)('0' + (b & 7)));
            }
    }
}
