"""Writes records until it is killed; prints the id of each only when it was acknowledged."""

from core.records.opening import open_records
from core.settings import current

records = open_records(current(), 30).records
print("open", flush=True)
while True:
    group = records.new_group("visit").id
    for n in range(5):
        print(records.add(group, "note", {"n": n, "text": "x" * 3000}).id, flush=True)
