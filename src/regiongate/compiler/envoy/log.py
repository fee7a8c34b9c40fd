"""The gateway's log: one JSON object a line, with all that `explain` needs."""

from __future__ import annotations

from regiongate.compiler.envoy import hand_over, names
from regiongate.compiler.envoy.files import ACCESS_LOG
from regiongate.compiler.envoy.heard import led_to, routed, unrouted
from regiongate.compiler.envoy.identify import organization_header
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.envoy.typed import Config, extension
from regiongate.domain.attested import HEADER

_ATTESTED_LENGTH = 3
"""One more than a code of ISO 3166-1, so that what is no code is not cut to one."""

_REQUEST_HEADER = "%REQ("
_NOTHING = "%DYNAMIC_METADATA(regiongate.nothing)%"
"""What nobody sets, so that it is null in a line."""


def access_logs(settings: Settings) -> list[Config]:
    """Write every request, refused ones too. Envoy escapes the values, so a line is always JSON.

    What Envoy answered before it removed our headers has a line whose fields are null where they
    would say what a client wrote into such a header: else it could forge a verdict, and with it
    what a survey counts. What is handed over has lost some headers by then, and has them elsewhere.

    Absent values are null. API keys appear only as the short public form of their digest; the path
    comes without its query, because keys and tokens ride there too (`?key=`, `?access_token=`).
    """
    fields = {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "request_id": names.request("x-request-id"),
        "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "country": names.request(names.COUNTRY),
        "region": names.request(names.REGION),
        "cloud": names.request(names.CLOUD),
        "class": names.request(names.CLASS),
        "verdict": names.request(names.VERDICT),
        "would": names.request(names.WOULD),
        "rule": names.request(names.RULE),
        "organization": names.request(organization_header(settings)),
        "organization_table": names.request(names.ORGANIZATION_TABLE),
        "standing": names.request(names.STANDING),
        "key": names.request(names.KEY),
        "attested": names.request(HEADER, _ATTESTED_LENGTH),
        "method": names.request(":method"),
        "host": names.request(":authority"),
        "path": "%PATH(NQ)%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "bytes": "%BYTES_SENT%",
        "duration_ms": "%DURATION%",
        "generation": names.request(names.GENERATION),
    }
    forgeable = {
        name: _NOTHING for name, said in fields.items() if said.startswith(_REQUEST_HEADER)
    }
    known = {"method": fields["method"], "host": fields["host"]}
    early = unrouted(_file(fields | forgeable | known))
    if not settings.hand_over:
        return [routed(_file(fields)), early]
    usual = led_to(hand_over.CLUSTERS, _file(fields), elsewhere=True)
    handed = led_to(hand_over.CLUSTERS, _file(fields | hand_over.kept_fields()))
    return [usual, handed, early]


def _file(fields: Config) -> Config:
    return extension(
        "access-log",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path=ACCESS_LOG,
        log_format={"json_format": fields},
    )
