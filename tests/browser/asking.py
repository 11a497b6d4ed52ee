"""One request as a program on the ward's network sends it; what came back is printed as JSON.

    python tests/browser/asking.py '{"url": "https://10.77.0.1:7001/", "headers": {}}'

With an `outer` network it refuses to run there: it is meant for a network that a test made.
"""

import hashlib
import http.client
import json
import ssl
import sys
from urllib.parse import urlsplit


def asked(
    url: str, method: str = "GET", headers: dict[str, str] | None = None
) -> dict[str, object]:
    where = urlsplit(url)
    assert where.hostname and where.port
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # compared by the test
    if where.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            where.hostname, where.port, timeout=10, context=trusting
        )
    else:
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    connection.connect()
    shown = connection.sock.getpeercert(binary_form=True) if where.scheme == "https" else b""
    connection.request(method, where.path or "/", headers=headers or {})
    answer = connection.getresponse()
    return {
        "status": answer.status,
        "headers": [[name.lower(), value] for name, value in answer.getheaders()],
        "body": answer.read().decode("utf-8", "replace"),
        "fingerprint": hashlib.sha256(shown or b"").hexdigest(),
    }


if __name__ == "__main__":
    print(json.dumps(asked(**json.loads(sys.argv[1]))))
