"""Each case runs in a process of its own: an audit hook cannot be taken out again."""

import subprocess
import sys
import textwrap

from core.settings import ROOT

PRELUDE = """
import asyncio, socket, sys
from core.safety import egress

def refused(attempt):
    try:
        attempt()
    except egress.Refused:
        return True
    except OSError:
        return False
    return False

def listener(family=socket.AF_INET, host="127.0.0.1"):
    server = socket.socket(family)
    server.bind((host, 0))
    server.listen()
    return server
"""


def run(body: str) -> None:
    script = PRELUDE + textwrap.dedent(body)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("passed"), done.stdout


def test_what_leaves_is_refused_only_once_armed() -> None:
    run("""
        numeric = lambda: socket.getaddrinfo("192.0.2.1", 9, flags=socket.AI_NUMERICHOST)
        assert not refused(numeric)  # positive control: without the guard the same call passes
        assert egress.state() == egress.Egress(False, 0, ()) and not egress.self_test()
        egress.arm()
        assert refused(numeric)
        print("passed")
    """)


def test_every_way_out_is_refused_and_counted_by_host() -> None:
    run("""
        egress.arm()
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        six = socket.socket(socket.AF_INET6)
        for address in ("192.0.2.1", "10.0.0.1", "169.254.169.254", "example.invalid", "127.1"):
            assert refused(lambda: tcp.connect((address, 80))), address
        ways = [
            lambda: tcp.connect_ex(("192.0.2.1", 80)),
            lambda: udp.sendto(b"x", ("192.0.2.1", 53)),
            lambda: udp.sendmsg([b"x"], [], 0, ("192.0.2.1", 53)),
            lambda: six.connect(("2001:db8::1", 80)),
            lambda: six.connect(("::ffff:192.0.2.1", 80)),
            lambda: socket.getaddrinfo("example.invalid", 80),
            lambda: socket.getaddrinfo(b"example.invalid", 80),
            lambda: socket.gethostbyname("example.invalid"),
            lambda: socket.gethostbyname_ex("example.invalid"),
            lambda: socket.gethostbyaddr("192.0.2.1"),
            lambda: socket.getnameinfo(("192.0.2.1", 80), 0),
        ]
        for n, way in enumerate(ways):
            assert refused(way), n
        assert egress.state().refused == 5 + len(ways)
        assert egress.state().targets[-3:] == ("example.invalid", "192.0.2.1", "192.0.2.1")
        print("passed")
    """)


def test_a_name_is_refused_before_it_is_resolved() -> None:
    run("""
        egress.arm()
        asked = []
        sys.addaudithook(lambda event, _: asked.append(event) if event.endswith("t.connect") else 0)
        assert refused(lambda: socket.socket().connect(("example.invalid", 80)))
        assert refused(lambda: socket.socket().bind(("example.invalid", 0)))
        assert asked == []  # CPython resolves a name just before this event
        print("passed")
    """)


def test_the_self_test_is_true_and_not_counted() -> None:
    run("""
        heard = []
        assert egress.arm(heard.append) is egress.arm()
        assert egress.self_test() and egress.self_test()
        assert egress.state() == egress.Egress(True, 0, ()) and heard == []
        assert refused(lambda: socket.gethostbyname("example.invalid"))
        assert heard == ["example.invalid"]  # told once: the second `arm` added no second hook
        print("passed")
    """)


def test_only_the_last_twenty_targets_are_kept() -> None:
    run("""
        egress.arm()
        for n in range(30):
            assert refused(lambda: socket.gethostbyname(f"h{n}.invalid"))
        assert egress.state().refused == 30
        assert egress.state().targets == tuple(f"h{n}.invalid" for n in range(10, 30))
        print("passed")
    """)


def test_loopback_and_local_sockets_keep_working() -> None:
    run("""
        egress.arm()
        hosts = ["127.0.0.1", "127.0.0.2", "localhost"]
        for host in hosts:
            server = listener(host=host)
            socket.create_connection(server.getsockname(), timeout=5).close()
        if socket.has_ipv6:
            server = listener(socket.AF_INET6, "::1")
            socket.create_connection(("::1", server.getsockname()[1]), timeout=5).close()
        udp = socket.socket(type=socket.SOCK_DGRAM)
        assert udp.sendto(b"x", ("127.0.0.1", 9)) == 1
        left, right = socket.socketpair()
        left.sendmsg([b"x"])
        assert right.recv(1) == b"x"
        assert socket.getaddrinfo(None, 0, flags=socket.AI_PASSIVE)
        assert socket.getaddrinfo("::1", 0)
        assert egress.state().refused == 0
        print("passed")
    """)


def test_asyncio_serves_and_connects_on_loopback() -> None:
    run("""
        egress.arm()
        async def main():
            async def answer(reader, writer):
                writer.write(await reader.readline())
                writer.close()
            server = await asyncio.start_server(answer, "localhost", 0, family=socket.AF_INET)
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello\\n")
            assert await reader.readline() == b"hello\\n"
            writer.close()
            server.close()
        asyncio.run(main())
        assert egress.state().refused == 0
        print("passed")
    """)


def test_named_hosts_are_reached_at_their_ports_and_nothing_else() -> None:
    run("""
        # The name server of this test: no question leaves the machine.
        KNOWN = {"sso.hospital.invalid": "192.0.2.7", "models.invalid": "192.0.2.9"}
        def resolve(host, port):
            sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (KNOWN[host.lower()], port))]
        socket.getaddrinfo = resolve
        named = (
            egress.Named("sign_in", "sso.hospital.invalid", 443),
            egress.Named("model", "models.invalid", 8000),
        )
        guard = egress.arm(beyond=named)
        assert egress.state() == egress.Egress(True, 0, (), named)

        def may(address, event="socket.connect", kind=socket.SOCK_STREAM):
            with socket.socket(type=kind) as probe:
                return not refused(lambda: guard.hook(event, (probe, address)))

        assert not may(("192.0.2.7", 443))  # nobody has asked for the name yet
        assert socket.getaddrinfo("SSO.hospital.invalid", 443)[0][4] == ("192.0.2.7", 443)
        assert may(("192.0.2.7", 443)) and not may(("192.0.2.9", 8000))
        assert socket.getaddrinfo("models.invalid", 8000)
        assert may(("192.0.2.9", 8000))
        # Each host has its own port, and no port belongs to all of them.
        assert not may(("192.0.2.7", 8000)) and not may(("192.0.2.9", 443))
        assert not may(("192.0.2.7", 80)) and not may(("192.0.2.8", 443))
        assert not may(("192.0.2.7", 443), "socket.sendto")
        assert not may(("192.0.2.7", 443), kind=socket.SOCK_DGRAM)
        assert not may(("sso.hospital.invalid", 443))  # what it leads to is not known here
        for name in ("other.invalid", "x.sso.hospital.invalid", "sso.hospital.invalid.", "invalid"):
            assert refused(lambda: socket.getaddrinfo(name, 443)), name
        assert refused(lambda: socket.gethostbyname("sso.hospital.invalid"))
        assert egress.self_test()
        egress.arm(beyond=[egress.Named("model", "other.invalid", 443)])
        assert egress.state().exceptions == named  # an exception is not added later
        assert refused(lambda: socket.getaddrinfo("other.invalid", 443))
        print("passed")
    """)


def test_a_name_of_the_house_that_leads_outside_is_not_followed() -> None:
    run("""
        import ipaddress
        leads = ["10.0.0.7"]
        def resolve(host, port):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in leads]
        socket.getaddrinfo = resolve
        house = (ipaddress.ip_network("10.0.0.0/8"),)
        guard = egress.arm(beyond=[egress.Named("model", "gpu1.local", 80, house)])

        def may(address):
            with socket.socket() as probe:
                return not refused(lambda: guard.hook("socket.connect", (probe, (address, 80))))

        socket.getaddrinfo("gpu1.local", 80)
        assert may("10.0.0.7")
        leads[:] = ["192.0.2.9", "10.0.0.8"]
        socket.getaddrinfo("gpu1.local", 80)
        assert may("10.0.0.8") and not may("192.0.2.9")
        print("passed")
    """)


def test_an_address_may_be_the_named_host() -> None:
    run("""
        guard = egress.arm(beyond=[egress.Named("model", "192.0.2.7", 8443)])
        with socket.socket() as probe:
            assert not refused(lambda: guard.hook("socket.connect", (probe, ("192.0.2.7", 8443))))
            assert refused(lambda: guard.hook("socket.connect", (probe, ("192.0.2.7", 443))))
            assert refused(lambda: probe.connect(("192.0.2.7", 443)))
            assert refused(lambda: probe.connect(("192.0.2.8", 8443)))
        assert egress.self_test()
        print("passed")
    """)
