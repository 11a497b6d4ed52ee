"""The label of text that a model wrote, for programs that read a file: the field `AIGC`.

Knows: the names of China's mandatory standard GB 45438-2025 (annex E), in force with the labelling
measures since 2025-09-01, and the XMP namespace of its committee; `Label` 1 means "is generated".
Does not know: the code of the hospital as a registered provider. The producer is named by program
and model, and the two fields of a propagating service stay empty.
"""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
FIELD = "AIGC"


@dataclass(frozen=True, slots=True)
class AiLabel:
    """`producer`: program and model. `id`: by which the producer finds the text again."""

    producer: str
    id: str

    def json(self) -> str:
        fields = {
            "Label": "1",
            "ContentProducer": self.producer,
            "ProduceID": self.id,
            "ReservedCode1": "",
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        }
        return json.dumps(fields, ensure_ascii=False)

    def xmp(self) -> str:
        """The metadata packet of a PDF."""
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}">'
            f"<TC260:AIGC>{escape(self.json())}</TC260:AIGC>"
            "</rdf:Description></rdf:RDF></x:xmpmeta>"
            '<?xpacket end="w"?>'
        )
